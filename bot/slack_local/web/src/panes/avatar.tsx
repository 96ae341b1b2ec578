import type { ReactNode } from "react";
import type { User } from "../types";

const COLOURS = 6;

/** A person's initials on their colour; the app's own mark. */
export function Avatar({ user, size = "" }: { user: User | undefined; size?: "small" | "" }): ReactNode {
  if (user?.kind === "app") return <span className={`avatar app ${size}`} aria-hidden="true" />;
  const name = user?.real_name ?? "?";
  const colour = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % COLOURS;
  return (
    <span className={`avatar colour-${colour} ${size}`} aria-hidden="true">
      {name
        .split(" ")
        .map((part) => part[0])
        .slice(0, 2)
        .join("")}
    </span>
  );
}

export const KINDS: Record<User["kind"], string> = {
  admin: "Admin",
  member: "Member",
  guest: "Guest",
  external: "From another workspace",
  app: "App",
};
