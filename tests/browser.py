"""A real browser for tests: Debian's Chromium, a fresh profile, and a record of what it asked for.

A machine without Chromium fails these tests and does not skip them: a site nobody opened is not
tested.
"""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
)  # fmt: skip


class Browser:
    """What tests need of a browser."""

    def __init__(self, driver: webdriver.Chrome):
        self.driver = driver

    def open(self, target: Path | str, width: int = 1280, height: int = 900) -> None:
        """Open a file or an address in a window whose content is exactly so large."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        self.driver.get(target.as_uri() if isinstance(target, Path) else target)

    def prefer(self, scheme: str) -> None:
        """Ask for light or dark pages, as the reader's system would."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def run(self, script: str, *arguments: object) -> object:
        return self.driver.execute_script(script, *arguments)

    def text(self) -> str:
        return str(self.run("return document.body.innerText"))

    def overflow(self) -> int:
        """Tell by how many pixels the page is wider than its window."""
        return int(self.run("return document.documentElement.scrollWidth - window.innerWidth"))  # type: ignore[arg-type]

    def complaints(self) -> list[str]:
        """Give what the browser's console said since the last time it was asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Give every address asked for since the last time."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def foreign_requests(self) -> list[str]:
        """Give the addresses that are no file and no data inside the page."""
        return [one for one in self.requests() if urlsplit(one).scheme not in ("file", "data")]

    def picture(self, path: Path, *, whole: bool = False) -> Path:
        """Save a screenshot; ``whole`` takes the page to its end."""
        options: dict[str, object] = {"format": "png"}
        if whole:
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            area = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
            options |= {"captureBeyondViewport": True, "clip": area}
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data))
        return path


@contextmanager
def open_browser(*, scripts: bool = True) -> Iterator[Browser]:
    """Start a browser with an empty profile.

    Raises:
        AssertionError: Chromium or its driver is not installed; says how to install them.
    """
    for needed in (CHROMIUM, DRIVER):
        assert Path(needed).is_file(), (
            f"{needed} is missing: the site cannot be tested; apt-get install chromium "
            "chromium-driver"
        )
    profile = tempfile.mkdtemp(prefix="browser-")
    options = Options()
    options.binary_location = CHROMIUM
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    if not scripts:
        blocked = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", blocked)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = _started(options)
    driver.set_page_load_timeout(300)
    try:
        yield Browser(driver)
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def _started(options: Options) -> webdriver.Chrome:
    """Start the driver; its port may be taken meanwhile, and a busy machine be too slow."""
    for _ in range(2):
        try:
            return webdriver.Chrome(options=options, service=Service(DRIVER))
        except WebDriverException:
            continue
    return webdriver.Chrome(options=options, service=Service(DRIVER))
