"""gif.py FOLDER OUT: joins the PNGs of a folder to a GIF; the last two stay longer, to be read."""

import sys
from pathlib import Path

from PIL import Image

KEY, READ = 120, 1800  # milliseconds
COLORS = 64

folder, out = map(Path, sys.argv[1:])
images = [Image.open(path).convert("RGB") for path in sorted(folder.glob("*.png"))]
palette = images[-1].quantize(COLORS)  # one for all: what does not change stays the same pixels
first, *others = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
durations = [KEY] * (len(images) - 2) + [READ, READ]
first.save(out, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
