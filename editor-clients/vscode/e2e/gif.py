"""gif.py FOLDER OUT: joins the PNGs of a folder to a GIF; the last two stay longer, to be read."""

import sys
from pathlib import Path

from PIL import Image

KEY, READ = 120, 1800  # milliseconds

folder, out = map(Path, sys.argv[1:])
paths = sorted(folder.glob("*.png"))
first, *others = [Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=64) for path in paths]
durations = [KEY] * (len(paths) - 2) + [READ, READ]
first.save(out, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
