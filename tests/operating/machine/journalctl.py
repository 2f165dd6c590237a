"""Stands in for journalctl: what services under the stand-in of systemctl have written."""

import argparse
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("-u", "--unit", action="append", required=True)
parser.add_argument("-n", "--lines", type=int, default=0)
parser.add_argument("-o", "--output", choices=["cat"], required=True)
parser.add_argument("--no-pager", action="store_true")
args = parser.parse_args()
for name in args.unit:
    unit = name if name.endswith(".service") else f"{name}.service"
    lines = Path("/run/stand-in", f"{unit}.log").read_text().splitlines()
    print("\n".join(lines[-args.lines :]))
