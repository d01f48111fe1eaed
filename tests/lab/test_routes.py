"""What the addresses answer: the page's files, the data, the model; and nothing that lies elsewhere."""

import gzip
import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from client import OWN, TOKEN, Answer, ask, call, whole_app

import byhand as bh
from byhand.data import mnist
from byhand.errors import SystemResourceError
from byhand.lab.middleware import Guard
from byhand.lab.mnist_source import PictureSource
from byhand.lab.model_file import saved_model
from byhand.lab.server import Server
from byhand.lab.static_files import FOLDER, Pages
from byhand.lab.token import is_token, new_token

API = ["/api/hello", "/api/model", *(f"/api/data/{a}/{b}" for a, b in product(("train", "test"), ("images", "labels")))]
UP = ["..", "%2e%2e", "%2E.", ".%2e", "....", "..;", "..\\", "%2e%2e%5c", "..%00", "%252e%252e", "．．", "..%c0%af"]
SEPARATORS = ["/", "//", "%2f", "\\", "/./", "%252f"]
TARGETS = ["secret.txt", "etc/passwd", "app.py", "lab/app.py", "pyproject.toml"]
TRAVERSALS = [
    f"{start}{separator.join([up] * depth)}{separator}{target}"
    for up, separator, target, (start, depth) in product(UP, SEPARATORS, TARGETS, [("/", 1), ("/core/", 3)])
] + [
    "//etc/passwd", "/etc/passwd", "/C:/secret.txt", "/\\\\host\\secret.txt", "/file:///etc/passwd", "/~/secret.txt",
    "/%00", "/index.html%00.txt", "/index.html/", "/index.html/..", "/./index.html", "//index.html", "/INDEX.HTML",
    "/.", "/..", "/core", "/core/", "/core/../index.html", "/hidden", "/.env", "/link.txt/secret.txt", "/a" * 5000,
]  # fmt: skip
KINDS = {
    "a.html": "text/html; charset=utf-8",
    "a.css": "text/css; charset=utf-8",
    "a.js": "text/javascript; charset=utf-8",
    "a.mjs": "text/javascript; charset=utf-8",
    "a.json": "application/json",
    "a.svg": "image/svg+xml",
    "core/a.wasm": "application/wasm",
    "a.safetensors": "application/octet-stream",
    "a.gz": "application/gzip",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """Return an application with pages of its own, and a secret beside them."""
    root = tmp_path_factory.mktemp("root")
    static = root / "static"
    (static / "core").mkdir(parents=True)
    for name in (*KINDS, "index.html"):
        (static / name).write_text(f"this is {name}")
    for secret in (root / "secret.txt", root / "app.py", static / "hidden", static / ".env"):
        secret.write_text("secret")
    return whole_app(root, Pages(static))


def get(app: Guard, path: str, *headers: tuple[str, str]) -> Answer:
    return call(app, [("host", OWN), *headers], path=path)


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_files_are_what_they_are_said_to_be(app: Guard, name: str, kind: str) -> None:
    answer = get(app, f"/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.body.decode() == f"this is {name}"
    assert "content-encoding" not in answer.headers


def test_the_root_is_the_index(app: Guard) -> None:
    assert get(app, "/").body == b"this is index.html"


def test_nothing_outside_is_reached(app: Guard) -> None:
    assert len(set(TRAVERSALS)) >= 200
    for path in TRAVERSALS:
        answer = get(app, path)
        assert (answer.status, b"secret" in answer.body) == (404, False), path


def test_nothing_outside_is_reached_over_a_socket(server: Server) -> None:
    from urllib.parse import quote

    for path in TRAVERSALS[::7]:
        answer = ask(server, quote(path, safe="/%;:~\\."))
        assert answer.status in (400, 404), path


def test_who_has_a_file_is_told_so(app: Guard) -> None:
    etag = get(app, "/a.js").headers["etag"]
    for said in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = get(app, "/a.js", ("if-none-match", said))
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
        assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert get(app, "/a.js", ("if-none-match", '"other"')).status == 200
    assert get(app, "/a.mjs").headers["etag"] != etag


def test_a_file_that_changes_is_sent_anew(tmp_path: Path) -> None:
    import os

    (tmp_path / "a.js").write_text("one")
    app = whole_app(tmp_path, Pages(tmp_path))
    etag = get(app, "/a.js").headers["etag"]
    (tmp_path / "a.js").write_text("two")
    os.utime(tmp_path / "a.js", ns=(1, 1))
    answer = get(app, "/a.js", ("if-none-match", etag))
    assert (answer.status, answer.body) == (200, b"two")


@pytest.mark.parametrize("path", API)
@pytest.mark.parametrize("token", [None, "", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "ü", f"Bearer {TOKEN}", "null"])
def test_no_answer_without_the_token(app: Guard, path: str, token: str | None) -> None:
    headers = [] if token is None else [("x-byhand-token", token)]
    answer = get(app, path, *headers)
    assert answer.status == 401
    assert list(answer.json) == ["error"]
    assert "content-security-policy" in answer.headers


def test_the_token_in_a_query_or_another_cookie_is_none(app: Guard) -> None:
    for cookie in (f"X-Byhand-Token={TOKEN}", f"byhand={TOKEN}", f"byhand-8766={TOKEN}", "byhand-8765=", "byhand-8765"):
        assert get(app, "/api/hello", ("cookie", cookie)).status == 401
    assert get(app, f"/api/hello?token={TOKEN}").status == 404


def test_the_token_is_exchanged_for_a_cookie_that_no_script_and_no_other_site_has(app: Guard) -> None:
    assert get(app, "/api/session").status == 401
    answer = get(app, "/api/session", ("x-byhand-token", TOKEN))
    assert answer.status == 204
    assert answer.headers["set-cookie"] == f"byhand-8765={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    cookie = ("cookie", f"other=1; byhand-8765={TOKEN}")
    assert get(app, "/api/hello", cookie).status == 200
    assert get(app, "/api/hello", cookie, ("sec-fetch-site", "same-origin")).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_the_cookie_of_a_request_that_another_page_caused_is_none(app: Guard, site: str) -> None:
    from_there = ("sec-fetch-site", site)
    cookie = ("cookie", f"byhand-8765={TOKEN}")
    for path in ("/api/hello", "/api/model", "/api/session", "/api/data/train/images"):
        assert get(app, path, cookie, from_there).status == 401
    assert get(app, "/hello.json", cookie, from_there).json["server"] == "guest"


def test_a_guest_is_told_nothing_of_what_there_is(app: Guard) -> None:
    assert get(app, "/hello.json").json == {"schema": 1, "server": "guest"}
    known = get(app, "/hello.json", ("x-byhand-token", TOKEN)).json
    assert known == get(app, "/api/hello", ("x-byhand-token", TOKEN)).json


def test_a_class_has_a_token_of_its_own_and_its_data_compressed(pictures: Path) -> None:
    server = Server(port=0, pictures=PictureSource(pictures), for_class=True)
    server.start()
    try:
        assert server.class_url is not None
        given = server.class_url.partition("#token=")[2]
        assert given != server.token
        assert ask(server, "/api/hello").json["class"] == server.class_url
        hello = ask(server, "/api/hello", token=False, X_Byhand_Token=given).json
        assert "class" not in hello
        plain, packed = (ask(server, "/api/data/train/images", Accept_Encoding=how) for how in ("identity", "gzip, br"))
    finally:
        server.stop()
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert gzip.decompress(packed.body) == plain.body


def test_tokens_are_new_every_time_and_compared_whole() -> None:
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) == 32
    assert is_token("abc", "abc")
    assert not any(is_token(given, "abc") for given in (None, "", "ab", "abcd", "\ud800"))


def test_hello_says_what_there_is(server: Server, pictures: Path) -> None:
    data = {"name": pictures.name, "train": 50, "test": 20, "image_shape": [28, 28]}
    expected = {"schema": 1, "server": "byhand", "version": bh.__version__, "model": None, "data": data, "live": True}
    assert ask(server, "/api/hello").json == expected


def test_data_are_those_of_the_files(server: Server, pictures: Path) -> None:
    dataset = mnist(pictures, preparation="raw", validation=None)
    for part, examples in (("train", dataset.train), ("test", dataset.test)):
        assert examples is not None
        assert ask(server, f"/api/data/{part}/images").body == examples.raw.tobytes()
        assert ask(server, f"/api/data/{part}/labels").body == examples.y.astype(np.uint8).tobytes()


def test_the_real_mnist_is_that_of_the_files(mnist_folder: Path) -> None:
    server = Server(port=0, pictures=PictureSource(mnist_folder))
    server.start()
    try:
        found = ask(server, "/api/hello").json["data"]
        assert (found["name"], found["train"], found["test"]) == ("mnist", 60000, 10000)
        for part, name in (("train", "train"), ("test", "t10k")):
            for kind, header, file in (("images", 16, "images-idx3-ubyte"), ("labels", 8, "labels-idx1-ubyte")):
                packed = mnist_folder / f"{name}-{file}.gz"
                plain = gzip.decompress(packed.read_bytes()) if packed.exists() else packed.with_suffix("").read_bytes()
                assert ask(server, f"/api/data/{part}/{kind}").body == plain[header:]
    finally:
        server.stop()


def test_data_are_kept_by_the_browser_for_this_token_only(server: Server) -> None:
    answer = ask(server, "/api/data/train/labels")
    assert answer.headers["cache-control"] == "private, max-age=31536000"
    assert (
        answer.headers["vary"] == "X-Byhand-Token, Cookie, Accept-Encoding"
    )  # the same address on another day may lead to other data
    assert ask(server, "/api/data/train/labels", If_None_Match=answer.headers["etag"]).status == 304
    head = ask(server, "/api/data/train/images", method="HEAD")
    assert (head.headers["content-length"], head.body) == (str(50 * 784), b"")


@pytest.mark.usefixtures("no_network")
def test_no_data_is_no_fault(tmp_path: Path) -> None:
    for folder in (None, tmp_path):
        app = whole_app(folder)  # type: ignore[arg-type]
        known = ("x-byhand-token", TOKEN)
        assert get(app, "/api/hello", known).json["data"] is None
        answer = get(app, "/api/data/train/images", known)
        assert answer.status == 404
        assert answer.json["error"].endswith(".")
        assert get(app, "/api/data/train/images", known).json == answer.json


@pytest.mark.parametrize(
    "fault",
    [SystemResourceError("images cannot be read: Input/output error."), PermissionError(13, "Permission denied")],
)
def test_data_that_cannot_be_read_are_no_fault_either(
    fault: Exception, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("byhand.lab.mnist_source.mnist", fails)
    app, known = whole_app(pictures), ("x-byhand-token", TOKEN)
    assert get(app, "/api/hello", known).json["data"] is None
    answer = get(app, "/api/data/train/images", known)
    assert answer.status == 404
    assert fault.args[-1] in answer.json["error"]


def test_pictures_of_another_size_are_none_for_the_page(tmp_path: Path) -> None:
    from byhand.data.idx import write_idx

    for name in ("train", "t10k"):
        write_idx(tmp_path / f"{name}-images-idx3-ubyte", np.zeros((9, 8, 8), dtype=np.uint8))
        write_idx(tmp_path / f"{name}-labels-idx1-ubyte", np.zeros(9, dtype=np.uint8))
    assert "28×28" in get(whole_app(tmp_path), "/api/data/test/labels", ("x-byhand-token", TOKEN)).json["error"]


@pytest.mark.parametrize(
    "path",
    ["/api/data/train/other", "/api/data/../model", "/api/data/train/images/", "/api", "/api/hello/", "/api//hello"],
)
def test_no_other_address_of_the_api(app: Guard, path: str) -> None:
    answer = get(app, path, ("x-byhand-token", TOKEN))
    assert answer.status == 404
    assert "location" not in answer.headers


def test_the_model_is_its_file(tmp_path: Path, pictures: Path) -> None:
    from byhand.data import xor
    from byhand.persistence.model import Model, save_model
    from byhand.persistence.output import Output

    run = tmp_path / "mine-1"
    run.mkdir()
    model = Model(bh.Network.mlp([2, 3, 2]), xor(8).train.preparation, Output.SOFTMAX_LOGITS)
    save_model(model, run)
    file = run / "model.safetensors"
    for place in (run, file):
        server = Server(port=0, pictures=PictureSource(pictures), model=saved_model(place))
        server.start()
        try:
            hello, answer = ask(server, "/api/hello").json, ask(server, "/api/model")
        finally:
            server.stop()
        assert (hello["model"], hello["live"]) == ("mine-1", False)
        assert answer.body == file.read_bytes()
        assert answer.headers["content-type"] == "application/octet-stream"
    file.rename(run / "other.safetensors")
    assert saved_model(run / "other.safetensors").name == "other"


def test_without_a_model_there_is_none(server: Server) -> None:
    answer = ask(server, "/api/model")
    assert answer.status == 404
    assert "byhand lab MODEL" in json.loads(answer.body)["error"]


def test_every_file_of_the_page_has_an_address(server: Server) -> None:
    typed = {*FOLDER.rglob("*.d.ts"), *FOLDER.rglob("*.d.mts")}  # for the type checker only
    others = {*typed, FOLDER / "hello.json"}  # in whose place the server itself answers
    files = [path for path in FOLDER.rglob("*") if path.is_file() and path.suffix and path not in others]
    assert len(files) > 3
    for path in files:
        answer = ask(server, f"/{path.relative_to(FOLDER).as_posix()}", token=False)
        assert (answer.status, answer.body) == (200, path.read_bytes()), path
