"""Rich text and tables (docs.slack.dev/reference/block-kit/blocks/rich-text-block, .../table-block)."""

from typing import Any

from slack_local.block_kit.validators import (
    Check,
    Problems,
    add_problem,
    anything,
    boolean,
    by_type,
    choice,
    each,
    integer,
    shape,
    string,
)

_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
_style = shape({}, dict.fromkeys(_STYLES, boolean))


def _part(name: str, **required: Check) -> tuple[str, Check]:
    return name, shape({"type": choice(name), **required}, {"style": _style})


_inline = by_type(
    dict(
        (
            _part("text", text=string()),
            _part("user", user_id=string()),
            _part("usergroup", usergroup_id=string()),
            _part("channel", channel_id=string()),
            _part("team", team_id=string()),
            _part("broadcast", range=choice("here", "channel", "everyone")),
            _part("color", value=string()),
            (
                "link",
                shape(
                    {"type": choice("link"), "url": string()},
                    {"text": string(), "unsafe": boolean, "style": _style},
                ),
            ),
            (
                "emoji",
                shape(
                    {"type": choice("emoji"), "name": string()},
                    {"unicode": string(), "url": string(), "skin_tone": anything, "style": _style},
                ),
            ),
            (
                "date",
                shape(
                    {"type": choice("date"), "timestamp": integer(0), "format": string()},
                    {"url": string(), "fallback": string(), "style": _style},
                ),
            ),
        )
    )
)
_inlines = each(_inline, least=0)
_section = shape({"type": choice("rich_text_section"), "elements": _inlines})
_parts = by_type(
    {
        "rich_text_section": _section,
        "rich_text_list": shape(
            {
                "type": choice("rich_text_list"),
                "style": choice("bullet", "ordered"),
                "elements": each(_section),
            },
            {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
        ),
        "rich_text_preformatted": shape(
            {"type": choice("rich_text_preformatted"), "elements": _inlines},
            {"border": integer(0, 1), "language": string()},
        ),
        "rich_text_quote": shape(
            {"type": choice("rich_text_quote"), "elements": _inlines}, {"border": integer(0, 1)}
        ),
    }
)
rich_text = shape(
    {"type": choice("rich_text"), "elements": each(_parts)},
    {"block_id": string(255)},
)

_cells: dict[str, Check] = {
    "raw_text": shape({"type": choice("raw_text"), "text": string()}),
    "raw_number": shape({"type": choice("raw_number"), "value": anything}, {"text": string()}),
    "rich_text": rich_text,
}


def _same_width(value: Any, at: str, problems: Problems) -> None:
    if len({len(row) for row in value["rows"]}) > 1:
        add_problem(problems, f"{at}/rows", "all rows must have the same number of cells")


table = shape(
    {"type": choice("table"), "rows": each(each(by_type(_cells), most=20), most=100)},
    {
        "block_id": string(255),
        "column_settings": each(
            shape({}, {"align": choice("left", "center", "right"), "is_wrapped": boolean}), least=0, most=20
        ),
    },
)
data_table = shape(
    {
        "type": choice("data_table"),
        "caption": string(),
        "rows": each(each(by_type(_cells), most=20), least=2, most=101),
    },
    {"block_id": string(255), "page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
    _same_width,
)
