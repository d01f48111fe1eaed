"""`byhand lab`: serve the lab's page until Ctrl-C."""

import os
import sys
import webbrowser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from byhand.cli.common import Reporter, data_dir_option, escape_markup, output_options
from byhand.errors import OptionError

if TYPE_CHECKING:
    from byhand.lab.server import Server
    from byhand.training.signals import StopRequest

PORT = 8765
REDIRECT = """<!DOCTYPE html>
<meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}"><title>byhand lab</title>
<a href="{url}">Open the lab</a>
"""


@click.command("lab")
@click.argument("model", required=False, type=click.Path(path_type=Path))
@data_dir_option
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Port; 0: any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address or host name to listen on.")
@click.option("--class", "for_class", is_flag=True, help="With --host: print a second address, for a class.")
@click.option("--embed", is_flag=True, help="Let other pages show this one in a frame.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@output_options
def command(
    model: Path | None,
    data_dir: Path | None,
    port: int,
    host: str,
    for_class: bool,
    embed: bool,
    no_open: bool,
    reporter: Reporter,
) -> int:
    """Serve the lab, a page to draw digits, train networks and inspect every number. Ctrl-C stops it, with exit code 0.

    MODEL is a model file or a run folder to open; by default the page opens its own. The printed
    address holds a token: anyone who has it may read the data and the model. With --class
    a second address is printed, and the page's Share menu shows it as a QR code.

    Example: byhand lab runs/vanilla-1 --no-open
    """
    from byhand.lab.dependencies import check_extra
    from byhand.training.signals import StopRequest

    check_extra()
    with StopRequest() as stop, stop.defer_signals():
        _serve(
            _server(model, data_dir, host, port, for_class=for_class, embed=embed), stop, reporter, opens=not no_open
        )
    reporter.info("the lab has ended.")
    return 0


def _server(
    model: Path | None, data_dir: Path | None, host: str, port: int, *, for_class: bool, embed: bool
) -> "Server":
    """Return a listening server; the model and data that were named are checked first."""
    from byhand.lab.mnist_source import PictureSource
    from byhand.lab.model_file import saved_model
    from byhand.lab.server import Server, is_loopback

    if for_class and is_loopback(host):
        raise OptionError("--class needs --host with this machine's address in the class's network.")
    pictures = PictureSource(data_dir)
    if data_dir is not None:
        pictures.get()
    found = None if model is None else saved_model(model)
    return Server(host, port, pictures=pictures, model=found, for_class=for_class, embed=embed)


def _serve(server: "Server", stop: "StopRequest", reporter: Reporter, *, opens: bool) -> None:
    """Print the address, open the browser there, and serve until a signal stops it."""
    from byhand.lab.server import is_loopback

    if not is_loopback(server.host):
        reporter.warn(f"others can reach the lab at {server.host}, and only the token in its address keeps them out.")
    server.start()
    try:
        _report_addresses(server, reporter)
        with TemporaryDirectory(prefix="byhand-") as folder:  # which nobody else may enter
            if opens and not _open_browser(server.url, Path(folder)):
                reporter.info("no browser could be opened; open the address above yourself.")
            reporter.info("Ctrl-C ends it.")
            server.wait(stop)
    finally:
        server.stop()


def _report_addresses(server: "Server", reporter: Reporter) -> None:
    """Print the page's address, and that for a class where there is one."""
    values = {"url": server.url, "host": server.host, "port": server.port}
    if server.class_url is None:
        reporter.result(escape_markup(server.url), values)
        return
    lines = [server.url, f"for the class: {server.class_url}"]
    reporter.result(escape_markup("\n".join(lines)), {**values, "class_url": server.class_url})


def _open_browser(url: str, folder: Path) -> bool:
    """Open the address in a browser with windows; one for the terminal would take this terminal away.

    The browser is given a file that leads to the address, for every user of the machine can read its command line, and
    the address holds the token.
    """
    has_windows = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not has_windows:
        return False
    page = folder / "lab.html"
    page.write_text(REDIRECT.format(url=url), encoding="utf-8")
    return webbrowser.open(page.as_uri())
