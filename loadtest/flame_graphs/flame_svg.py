"""A flame graph as SVG, drawn from sampled stacks; nothing in it moves, a title tells each part."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Stacks = Mapping[tuple[str, ...], int]
"""How often each stack was seen, from the outermost function to the innermost."""

WIDTH = 1_200
ROW = 19
CHARACTER = 6.7
"""Width of a letter at this size; a name is cut to what its box holds."""

NARROWEST = 0.8
COLORS = {
    "server/": "#93c5fd",
    "rooms/": "#86efac",
    "schema/": "#5eead4",
    "persistence/": "#fdba74",
}
LIBRARY = "#d1d5db"
STYLE = "font: 11px ui-monospace, monospace; fill: #111827"


@dataclass(slots=True)
class Box:
    """A function as called from where it stands."""

    samples: int = 0
    calls: dict[str, "Box"] = field(default_factory=dict)


def flame_svg(stacks: Stacks) -> str:
    """Who is called stands below who calls; as wide as it was seen often."""
    root = _tree(stacks)
    height = ROW * max(map(len, stacks), default=0)
    boxes = "".join(_boxes(root, WIDTH / max(1, root.samples)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'style="{STYLE}">{boxes}</svg>'
    )


def _tree(stacks: Stacks) -> Box:
    root = Box()
    for stack, samples in stacks.items():
        box = root
        box.samples += samples
        for name in stack:
            box = box.calls.setdefault(name, Box())
            box.samples += samples
    return root


def _boxes(root: Box, scale: float) -> Iterator[str]:
    """All that are wide enough to be seen; by a list and not by recursion: stacks are deep."""
    waiting_frames = [(root, 0.0, 0)]
    while waiting_frames:
        caller, x, depth = waiting_frames.pop()
        for name, box in sorted(caller.calls.items()):
            width = box.samples * scale
            if width >= NARROWEST:
                percent = box.samples / max(1, root.samples) * 100
                yield _box(name, percent, x, width, depth * ROW)
                waiting_frames.append((box, x, depth + 1))
            x += width


def _box(name: str, percent: float, x: float, width: float, y: int) -> str:
    letters = int((width - 4) / CHARACTER)
    text = name if len(name) <= letters else f"{name[: letters - 1]}…" if letters > 3 else ""
    label = f'<text x="{x + 3:.1f}" y="{y + 13}">{html.escape(text)}</text>' if text else ""
    return (
        f"<g><title>{html.escape(name)}: {percent:.1f} %</title>"
        f'<rect x="{x:.1f}" y="{y}" width="{max(0.3, width - 0.5):.1f}" height="{ROW - 1}" '
        f'fill="{_color(name)}"/>{label}</g>'
    )


def _color(name: str) -> str:
    """By the folder of the function's file, which stands in brackets after its name."""
    file_and_line = name.rpartition("(")[2]
    return next(
        (color for folder, color in COLORS.items() if file_and_line.startswith(folder)), LIBRARY
    )
