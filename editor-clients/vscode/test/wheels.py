"""wheels.py FOLDER NAME VERSION [MAIN [REQUIREMENT...]]: a wheel whose module `lacuna.cli` runs the code MAIN."""

import sys
import zipfile
from pathlib import Path

folder, name, version, main, *requirements = [*sys.argv[1:], *[""] * (5 - len(sys.argv))]
info = f"{name}-{version}.dist-info"
metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: cpu\nProvides-Extra: cuda\n"
files = {
    f"{info}/METADATA": metadata + "".join(f"Requires-Dist: {requirement}\n" for requirement in requirements),
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
if main:
    files["lacuna/cli/__main__.py"] = main
record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(Path(folder) / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, text in [*files.items(), (f"{info}/RECORD", record)]:
        wheel.writestr(path, text)
