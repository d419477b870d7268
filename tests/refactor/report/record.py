"""record.py FOLDER GIF PNG: docs/demo/stock.py is reviewed on the page; a recording, and a screenshot."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
KEY, READ = 500, 2200  # milliseconds
COLORS = 96
Step = dict[str, object]

folder, gif, png = (Path(argument).resolve() for argument in sys.argv[1:])
tree, plan, page = folder / "shop", folder / "stock.jsonl", folder / "stock.html"
shutil.rmtree(folder, ignore_errors=True)
shutil.copytree(ROOT / "docs/demo", tree)
shutil.copy(ROOT / "pyproject.toml", tree)  # which says for which versions of Python it is
for command in (["plan", "annotations", tree / "stock.py", "-o", plan], ["show", plan, "--html", page]):
    subprocess.run([BIN / "python", "-m", "lacuna.cli", "refactor", *command], check=True)

frames: list[tuple[Path, int]] = []


def seen(duration: int, *steps: Step) -> list[Step]:
    frames.append((folder / f"{len(frames):03}.png", duration))
    return [*steps, {"shoot": str(frames[-1][0])}]


def look(height: int) -> Step:
    return {"look": {"width": 960, "height": height, "scheme": "light"}}


def chosen(outcome: str) -> Step:
    return {"evaluate": f"fields.outcome.value = {json.dumps(outcome)}; filter(); window.scrollTo(0, 0)"}


steps: list[Step] = [
    {"evaluate": "document.querySelector('h1 code').textContent = '~/shop'"},
    look(760),
    {"shoot": str(png)},
    *seen(READ, look(520)),
    *(step for _ in range(11) for step in seen(KEY, {"keys": "j"})),
    *seen(READ, {"keys": "x"}),
    *seen(READ, chosen("low confidence")),
    *seen(READ, chosen(""), {"evaluate": "document.querySelector('#export').focus()"}),
]
drive = [BIN / "node", Path(__file__).with_name("drive.mjs"), shutil.which("chromium") or "chromium"]
subprocess.run(
    [*drive, folder / "profile", page.as_uri(), folder],
    input=json.dumps(steps),
    text=True,
    check=True,
    stdout=subprocess.DEVNULL,
)

images = [Image.open(path).convert("RGB") for path, _ in frames]
sheet = Image.new("RGB", (images[0].width, sum(image.height for image in images)))
for number, image in enumerate(images):
    sheet.paste(image, (0, number * image.height))
palette = sheet.quantize(COLORS)  # one for all: what does not change stays the same pixels
first, *others = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
durations = [duration for _, duration in frames]
first.save(gif, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
