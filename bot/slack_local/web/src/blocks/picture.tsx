import type { ReactNode } from "react";
import type { JsonObject } from "../types";
import { Link } from "./mrkdwn";

/** A picture of this machine is shown; one from elsewhere is named, for the page calls nothing outside. */
export function Picture({ block, title, small }: { block: JsonObject; title?: string; small?: boolean }): ReactNode {
  const url = (block.image_url ?? block.slack_file?.url ?? "") as string;
  const ours = url.startsWith(`${location.origin}/`) || url.startsWith("data:image/");
  if (ours) return <img className={small ? "small" : "picture"} src={url} alt={block.alt_text} />;
  if (small) return <span className="faint">[{block.alt_text}]</span>;
  return (
    <figure className="elsewhere">
      {title && <figcaption>{title}</figcaption>}
      <Link href={url}>Picture: {block.alt_text}</Link>
    </figure>
  );
}
