"""Make the pictures that tests/lab_page/test_room_pictures.py compares with.

    python tools/make_room_pictures.py [ROOM …]

Needs Chromium and playwright. Look at the rooms themselves before: what is photographed is what the tests ask for from
then on.
"""

import functools
import http.server
import os
import shutil
import sys
import threading
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "lab_page"))
from room_pictures import FOLDER, ROOMS, SIZES, THEMES, load_again, name_of, options_of, photograph, write_reference

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src" / "byhand" / "lab" / "static"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def make(browser: Any, site: str, room: str) -> None:
    """Photograph a room at every size, in every theme."""
    context = browser.new_context(**options_of(SIZES[0], THEMES[0]))
    context.add_init_script("localStorage.setItem('byhand-welcomed', 'yes')")
    page = context.new_page()
    page.goto(f"{site}#view={room}")
    page.wait_for_selector("html[data-ready]")
    load_again(page)
    for size, theme in product(SIZES, THEMES):
        write_reference(photograph(page, size, theme), FOLDER / name_of(room, size, theme))
    context.close()


def main() -> None:
    rooms = sys.argv[1:] or ROOMS
    FOLDER.mkdir(exist_ok=True)
    chromium = os.environ.get("BYHAND_CHROMIUM") or shutil.which("chromium")
    handler = functools.partial(Quiet, directory=str(STATIC))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as driver:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for room in rooms:
            make(browser, f"http://127.0.0.1:{server.server_address[1]}/", room)
        browser.close()
        server.shutdown()
    print(f"{len(rooms)} rooms in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
