"""Hunt all seeded bugs, or those whose names have the given words. `--counts FILE` writes what caught which."""

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.proof.seeded.bugs import BUGS
from tests.proof.seeded.hunt import hunt


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("words", nargs="*", help="part of a bug's name")
    arguments.add_argument("--counts", type=Path, help="write the result to this file, as JSON")
    asked = arguments.parse_args()
    chosen = [bug for bug in BUGS if " ".join(asked.words) in bug.name]
    with ThreadPoolExecutor(os.cpu_count()) as processes:
        hunted = list(processes.map(hunt, chosen))
    for found in hunted:
        print(f"{found.seconds:6.1f} s  {found.bug}: {found.caught_by or 'NOT CAUGHT'}")
    escaped = [found.bug for found in hunted if found.caught_by is None]
    caught = {"bugs": len(hunted), "bugs caught": len(hunted) - len(escaped)}
    print(f"{caught['bugs caught']} of {caught['bugs']} seeded bugs were caught")
    if asked.counts:
        told = {"tried": caught, "violations": escaped, "details": [asdict(found) for found in hunted]}
        asked.counts.write_text(json.dumps(told, indent=2))
    return min(len(escaped), 1)


sys.exit(main())
