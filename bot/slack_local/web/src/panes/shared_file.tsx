// A file that came with a message: a picture is shown, anything else can be kept.

import type { ReactNode } from "react";
import type { JsonObject } from "../types";

/** Types whose content the server checks before it shows them. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function SharedFile({ file }: { file: JsonObject }): ReactNode {
  if (file.mode === "tombstone") return <p className="file faint">This file was deleted.</p>;
  const name = (file.title ?? file.name) as string;
  const address = `/page/file/${file.id}`;
  return (
    <a className={PICTURES.has(file.mimetype) ? "file picture" : "file"} href={address} download>
      {PICTURES.has(file.mimetype) && <img src={`${address}?show`} alt="" loading="lazy" />}
      <span>{name}</span>
    </a>
  );
}
