"""The text part of a mail: the same Markdown, set for a reader who sees no HTML; a link reads as "label: address"."""

from collections.abc import Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

_RULE = "-" * 40


def text_of(tokens: Sequence[Token]) -> str:
    """The whole text, ending with a line break."""
    return _blocks(SyntaxTreeNode(tokens).children) + "\n"


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "\n\n".join(block for block in map(_block, nodes) if block)


def _block(node: SyntaxTreeNode) -> str:
    if node.type in {"bullet_list", "ordered_list"}:
        return _list(node)
    match node.type:
        case "blockquote":
            return "\n".join(f"> {line}".rstrip() for line in _blocks(node.children).splitlines())
        case "table":
            return "\n".join(line for part in node.children for line in map(_row, part.children) if line)
        case "hr":
            return _RULE
        case "fence" | "code_block":
            return node.content.rstrip()
        case _:
            return "".join(map(_inline, node.children))


def _list(node: SyntaxTreeNode) -> str:
    if node.type == "bullet_list":
        return "\n".join(_item("- ", child) for child in node.children)
    start = int(node.attrs.get("start", 1))
    return "\n".join(_item(f"{n}. ", child) for n, child in enumerate(node.children, start))


def _item(mark: str, node: SyntaxTreeNode) -> str:
    lines = _blocks(node.children).splitlines()
    return "\n".join(f"{mark if n == 0 else ' ' * len(mark)}{line}".rstrip() for n, line in enumerate(lines))


def _row(node: SyntaxTreeNode) -> str:
    """A row of two cells reads as "name: value"; a longer one, and a header, has bars."""
    cells = ["".join(map(_inline, cell.children)).strip() for cell in node.children]
    if not any(cells):
        return ""
    two = 2
    return (": " if len(cells) == two else " | ").join(cells)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            label, address = "".join(map(_inline, node.children)), str(node.attrs["href"])
            return address if label in {address, address.removeprefix("mailto:")} else f"{label}: {address}"
        case _:
            return "".join(map(_inline, node.children))
