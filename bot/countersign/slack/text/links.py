"""Reveals disguised links in Markdown: shows the real host beside a link whose text names another one."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_CODE = re.compile(
    r"(?P<fence>^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\2[`~]*[ \t]*$|\Z))|(?P<span>(`+)[^`]+?\4(?!`))",
    re.MULTILINE | re.DOTALL,
)
_LABEL = r"(?P<label>(?:[^\[\]\\\n]|\\.|\[[^\[\]\n]{0,200}\]){0,500})"
_INLINE = re.compile(
    rf"(?P<image>!?)\[{_LABEL}\]\(\s{{0,5}}<?(?P<target>(?:[^\s<>()]|\([^\s<>()]{{0,300}}\)){{1,1500}})>?(?:\s{{1,5}}[\"'(][^\n]{{0,300}}?[\"')])?\s{{0,5}}\)"
)
_REFERENCE = re.compile(rf"\[{_LABEL}\]\[(?P<name>[^\[\]\n]{{0,100}})\]")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?P<name>[^\[\]\n]{1,100})\]:\s{0,5}<?(?P<target>[^\s<>]{1,3000})>?", re.MULTILINE
)
_SLACK = re.compile(r"<(?P<target>(?:https?|mailto|tel):[^<>|\s]{1,3000})(?:\|(?P<label>[^<>\n]{0,500}))?>")
_HOST = re.compile(r"(?:\w[\w-]{0,62}\.)+[^\W\d_][\w-]{1,62}")
_MARKS = re.compile(r"[*_~`\\]")


def reveal_links(markdown: str) -> str:
    """The Markdown, with the real host behind each link whose text names another one.

    Slack's own form of a link becomes Markdown's. Code stays as it is.
    """
    targets = {_key(found["name"]): found["target"] for found in _DEFINITION.finditer(markdown)}

    def reveal(text: str) -> str:
        text = _SLACK.sub(_as_markdown, text)
        text = _INLINE.sub(lambda found: _revealed(found[0], found["label"], found["target"]), text)
        return _REFERENCE.sub(
            lambda found: _revealed(
                found[0], found["label"], targets.get(_key(found["name"] or found["label"]), "")
            ),
            text,
        )

    return _outside_code(markdown, reveal)


def real_host(target: str) -> str:
    """The host that an address leads to, in ASCII; empty for what has none."""
    try:
        parts = urlsplit(target.strip())
        host = parts.hostname or ""
        if parts.scheme == "mailto":
            host = parts.path.rpartition("@")[2]
        return host.encode("idna").decode() if host else ""
    except (ValueError, UnicodeError):
        return target.strip()[:200]


def _outside_code(markdown: str, change: Callable[[str], str]) -> str:
    pieces: list[str] = []
    done = 0
    for code in _CODE.finditer(markdown):
        pieces += [change(markdown[done : code.start()]), code[0]]
        done = code.end()
    return "".join((*pieces, change(markdown[done:])))


def _as_markdown(found: re.Match[str]) -> str:
    target, label = found["target"], found["label"]
    if not label or label == target:
        return target
    label = label.replace("[", "(").replace("]", ")")
    return f"[{label}]({target.replace('(', '%28').replace(')', '%29')})"


def _revealed(link: str, label: str, target: str) -> str:
    host = real_host(target)
    return f"{link} ({host})" if host and _is_disguised(label, target, host) else link


def _is_disguised(label: str, target: str, host: str) -> bool:
    """Whether the text names a host that the address does not lead to."""
    if "xn--" in host or "@" in target.partition("//")[2].partition("/")[0]:
        return True
    named = {each.casefold().removeprefix("www.") for each in _HOST.findall(_MARKS.sub("", label))}
    real = host.casefold().removeprefix("www.")
    return any(not (real == _ascii(name) or real.endswith(f".{_ascii(name)}")) for name in named)


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
