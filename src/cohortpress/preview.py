"""Pages in a browser that follow the files: built when something is saved, never lost to an error."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import threading
import webbrowser
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .build import Build, Options, Report, Warn
from .errors import CohortpressError, Fault, OutputError
from .freshness import LEDGER, WHOLE
from .ledger import Ledger
from .workers import Workers

KINDS = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}
# A PDF cannot listen to the server: a page around it does.
VIEW = "view/"
HEAD = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><style>
html, body { height: 100%; margin: 0 } body { display: flex; flex-direction: column; font: 16px/1.5 sans-serif }
nav { display: flex; gap: 1.5rem; padding: .4rem 1.2rem; background: #eef1f3 } iframe, embed { flex: 1; border: 0 }
</style>"""
# What a build makes in the folder of the study, and what a folder may hold beside the files of a study.
MADE = {"build", "_output"}
FOREIGN = {"node_modules", "__pycache__"}
# A page stands alone: it tells the browser to fetch nothing. What is served may listen to its server besides.
_FETCHES_NOTHING = re.compile(rb"""(<meta\s[^>]*Content-Security-Policy["'][^>]*\scontent=["'])""", re.I)
LISTENS = rb"\1connect-src 'self'; "
# The page listens: when it has changed it reloads; when the build fails it shows why, and stays; and what the build
# warns of it shows too, folded up unless something of it is new.
LISTENER = """<script>
(() => {
  const put = (id, tag, style) => {
    document.getElementById(id)?.remove();
    const box = document.createElement(tag);
    box.id = id;
    box.style = "position:fixed;margin:0;font:16px/1.4 monospace;white-space:pre-wrap;text-align:left;z-index:9;"
      + "box-sizing:border-box;max-height:60vh;overflow:auto;" + style;
    return document.body.appendChild(box);
  };
  new EventSource("/events?%d").onmessage = (event) => {
    const {shown, error, warnings, news} = JSON.parse(event.data);
    if (!error && shown !== %d) return location.reload();
    document.getElementById("preview-warnings")?.remove();
    if (error) {
      put("preview-error", "pre", "inset:auto 0 0 0;padding:1rem;background:#8c1d18;color:#fff").textContent = error;
    } else if (warnings.length) {
      const box = put("preview-warnings", "details", "inset:auto 1rem 1rem auto;max-width:min(60rem,90vw);"
        + "padding:.4rem .8rem;background:#fff3cd;color:#3d2f00;border:2px solid #b58100");
      box.open = news > 0;
      const head = box.appendChild(document.createElement("summary"));
      head.textContent = warnings.length === 1 ? "1 warning" : warnings.length + " warnings";
      head.style = "cursor:pointer;font-weight:bold";
      if (news) head.textContent += ", " + news + " new";
      for (const [place, warning] of warnings.entries()) {
        const line = box.appendChild(document.createElement("div"));
        line.textContent = warning;
        line.style = "margin-top:.3rem;font-weight:" + (place < news ? "bold" : "normal");
      }
    }
  };
})();
</script>"""
# A warning is the same one though lines have been written above it.
_LINE = re.compile(r"(?<=, line )\d+")


class Preview:
    """Serves a study on localhost, rebuilds what is stale, and keeps the last good pages while it fails."""

    def __init__(
        self, folder: Path, options: Options, report: Report, warn: Warn, fail: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._options = options
        self._report, self._warn, self._fail = report, warn, fail
        self._listeners: set[queue.Queue[str]] = set()
        self._shown = 0  # how often the pages have changed
        self._error: str | None = None
        self._warnings: list[str] = []  # of the last build that came to its end, the new ones first
        self._news = 0  # how many of them the build before did not have
        self._heard: Counter[str] = Counter()  # what has been said in the terminal, and still holds
        self._begun = False  # a first build has come to its end
        self._pages: dict[str, bytes] = {}
        self._workers = Workers()

    def run(self, port: int = 0, *, open_browser: bool = True, stop: threading.Event | None = None) -> None:
        """Serve until interrupted; port 0 takes any that is free."""
        server = self._server(port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        with self._workers:
            self._workers.start()
            try:
                for number, _ in enumerate(self._changes(stop or threading.Event())):
                    self.rebuild()
                    if number == 0:
                        self._report(f"serving {address}", 0.0)
                    if number == 0 and open_browser:
                        webbrowser.open(address)
            finally:
                server.shutdown()
                server.server_close()

    def _server(self, port: int) -> ThreadingHTTPServer:
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, self))
        except OSError as error:
            mend = "Name another, or none: then it takes any that is free."
            raise OutputError(Fault(f"{error.strerror}.", mend, f"port {port}")) from None
        server.daemon_threads = True
        return server

    def _changes(self, stop: threading.Event) -> Iterator[None]:
        """Yield when the watch begins, and whenever a file of the study may have changed since then."""
        from watchfiles import watch

        while not stop.is_set():
            folders, begun = self._folders(), False
            with contextlib.suppress(KeyboardInterrupt):
                # Watched by itself, each folder costs nothing; all that lies below .venv would.
                for changes in watch(
                    *folders, recursive=False, watch_filter=self._may_be_saved, debounce=50, step=20, rust_timeout=100,
                    yield_on_timeout=True, stop_event=stop,
                ):  # fmt: skip
                    if changes or not begun:
                        begun = True
                        yield
                    if changes and self._folders() != folders:
                        break
                continue
            return

    def _folders(self) -> list[Path]:
        """Return the folders in which files of the study lie, or may come to lie; some data lie elsewhere."""
        found: list[Path] = []
        for top, names, _ in os.walk(self._folder):
            found.append(Path(top))
            names[:] = (name for name in names if self._may_be_saved(None, f"{top}/{name}"))
        read = (file.parent for file in Ledger(self._folder / LEDGER).data(WHOLE))
        return sorted({*found, *filter(Path.is_dir, read)})

    def _may_be_saved(self, _: object, path: str) -> bool:
        """Tell whether an author may have saved a file or a folder: no build, no editor and no git made it."""
        name = Path(path).name
        if name.startswith(".") or name.endswith("~") or name in FOREIGN:
            return False
        return name not in MADE or Path(path).resolve().parent != self._folder.resolve()

    def rebuild(self) -> None:
        """Build what is stale: the HTML first, so that the browser need not wait for the PDF."""
        warned: list[Fault] = []
        try:
            with Build(self._folder, self._options, self._report, warned.append, self._workers) as steps:
                pages = {}
                for document in self._options.documents:
                    steps.fill(document)
                    pages[f"{document}.html"] = steps.render(document)
                self._show(pages)
                outputs = steps.run()
            self._show({path.name: path.read_bytes() for path in outputs if path.suffix in KINDS})
            self._show_warnings(warned)
        except (CohortpressError, OSError) as error:
            self._say_new(warned)
            self._error = str(error)
            self._fail(self._error)
            self._tell()

    def _show_warnings(self, warned: Sequence[Fault]) -> None:
        """Show what a whole build warned of, in the terminal only what is new."""
        before, new = self._warnings, self._say_new(warned)
        self._heard = Counter(map(_known_by, warned))
        self._news = len(new) if self._begun else 0
        self._begun = True
        self._warnings = [*map(str, new), *(str(fault) for fault in warned if fault not in new)]
        if self._warnings or before:
            self._tell()

    def _say_new(self, warned: Sequence[Fault]) -> list[Fault]:
        """Say what no build before has warned of, and return it."""
        left, new = Counter(self._heard), []
        for fault in warned:
            if left[_known_by(fault)]:
                left[_known_by(fault)] -= 1
            else:
                new.append(fault)
                self._warn(fault)
        self._heard += Counter(map(_known_by, new))
        return new

    def _show(self, pages: dict[str, bytes]) -> None:
        changed = {name for name, page in pages.items() if self._pages.get(name) != page}
        self._pages |= pages
        if changed or self._error:
            self._shown += 1
            self._error = None
            self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener.put(self._state())

    def _state(self) -> str:
        """Return what a page is told."""
        state = {"shown": self._shown, "error": self._error, "warnings": self._warnings, "news": self._news}
        return json.dumps(state)

    def page(self, name: str) -> tuple[str, bytes] | None:
        """Return kind and content of a page, HTML with the script that refreshes it."""
        if name == "":
            return KINDS[".html"], self._index()
        if name.startswith(VIEW) and (viewed := name.removeprefix(VIEW)) in self._names():
            return KINDS[".html"], self._view(viewed)
        page = self._pages.get(name)
        if page is None:
            return None
        kind = KINDS[Path(name).suffix]
        return kind, self._listening(page) if name.endswith(".html") else page

    def _listening(self, page: bytes) -> bytes:
        page = _FETCHES_NOTHING.sub(LISTENS, page)
        return page.replace(b"</body>", LISTENER.encode() % (self._shown, self._shown) + b"</body>")

    def _names(self) -> list[str]:
        """Return the pages that there are, and those that a build makes when it comes to its end."""
        made = {f"{document}{kind}" for document in self._options.documents for kind in KINDS}
        order = sorted({*made, *self._pages})
        return sorted(order, key=lambda name: (name.endswith(".pdf"), not name.startswith("poster")))

    def _index(self) -> bytes:
        """Return a page with all others in it, one at a time; before there are any it waits for them."""
        names = self._names() if self._pages else []
        address = {name: name if name.endswith(".html") else f"{VIEW}{name}" for name in names}
        links = "".join(f'<a href="/{address[name]}" target="page">{name}</a>' for name in names)
        if not names:
            error = f"<pre>{escape(self._error or '')}</pre>"
            return self._listening(f"<!DOCTYPE html><title>cohortpress preview</title><body>{error}</body>".encode())
        frame = f'<iframe name="page" title="page" src="/{address[names[0]]}"></iframe>'
        return f"{HEAD}<title>cohortpress preview</title><body><nav>{links}</nav>{frame}</body>".encode()

    def _view(self, name: str) -> bytes:
        """Return a page that shows a PDF, and the next one when that is built."""
        shown = f'<embed type="application/pdf" src="/{name}">' if name in self._pages else "Not built yet."
        return self._listening(f"{HEAD}<title>{name}</title><body>{shown}</body>".encode())

    def listen(self, seen: str) -> queue.Queue[str]:
        """Return a queue of what happens after the state that a page has ``seen``; what stands comes first."""
        listener: queue.Queue[str] = queue.Queue()
        self._listeners.add(listener)
        if self._error or self._warnings or seen != str(self._shown):
            listener.put(self._state())
        return listener

    def forget(self, listener: queue.Queue[str]) -> None:
        """Stop telling a listener that has gone."""
        self._listeners.discard(listener)


def _known_by(fault: Fault) -> str:
    """Return what tells a warning from another, though lines may have been written above either."""
    return f"{_LINE.sub('', fault.where)}: {fault.problem}"


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, preview: Preview, *args: object) -> None:
        self._preview = preview
        super().__init__(*args)  # type: ignore[arg-type]

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a browser that reloads leaves the page that it is being sent
            super().handle()

    def do_GET(self) -> None:
        # A page of another site must not read a study through a name that it lets point here.
        if self.headers.get("Host", "").partition(":")[0] not in ("127.0.0.1", "localhost"):
            self.send_error(403)
        elif self.path.startswith("/events"):
            self._events(self.path.partition("?")[2])
        elif found := self._preview.page(self.path.removeprefix("/")):
            self._send(*found)
        else:
            self.send_error(404)

    def _send(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _events(self, seen: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        listener = self._preview.listen(seen)
        try:
            while True:
                self.wfile.write(f"data: {listener.get()}\n\n".encode())
                self.wfile.flush()
        except OSError:  # the browser has gone
            pass
        finally:
            self._preview.forget(listener)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal is for the build."""
