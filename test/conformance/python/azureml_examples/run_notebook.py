"""Runs the code cells of a notebook as they are, in its own folder: `python run_notebook.py NOTEBOOK`.

Of IPython's magic words `%%writefile` is carried out; lines of other magic words are left out.
"""

import json
import os
import re
import sys


def cells(path):
    with open(path, encoding="utf-8") as file:
        notebook = json.load(file)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = cell["source"]
            yield source if isinstance(source, str) else "".join(source)


def carry_out(source, names, label):
    written = re.match(r"%%writefile\s+(?:-a\s+)?(\S+)\n", source)
    if written:
        target = written.group(1)
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(source[written.end() :])
        return
    if source.startswith("%%"):
        return
    lines = [line for line in source.split("\n") if not re.match(r"\s*[%!]", line)]
    exec(compile("\n".join(lines), label, "exec"), names)


def main():
    path = os.path.abspath(sys.argv[1])
    os.chdir(os.path.dirname(path))
    sys.path.insert(0, os.getcwd())
    names = {"__name__": "__main__", "display": print}
    for number, source in enumerate(cells(path), 1):
        carry_out(source, names, f"{os.path.basename(path)} cell {number}")


main()
