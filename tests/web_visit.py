"""A page of the server in a real browser, as its user has it."""

from urllib.parse import parse_qs, urlsplit

WAIT_MS = 90_000


class Visit:
    """A page of the server, as its user has it."""

    def __init__(self, page, address: str) -> None:
        self.page = page
        self.asked: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(address)
        self.is_open()

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.page.url).query)["room"][0]

    def is_open(self) -> "Visit":
        """Wait until the song, its desk and the player are there."""
        self.page.wait_for_selector("gainsay-song h1")
        self.page.wait_for_selector("gainsay-desk >> text=drums")
        self.page.wait_for_selector("gainsay-player >> text=Play")
        return self

    def say(self, words: str) -> str:
        """Say something and wait for the reply."""
        before = self.replies()
        self.page.fill("#words textarea", words)
        self.page.press("#words textarea", "Enter")
        return self.reply_after(before)

    def reply_after(self, before: list[str]) -> str:
        """The reply that is shown beyond those that were shown before."""
        self.page.wait_for_function(
            """(count) => document.querySelector("#send")
              && [...document.querySelectorAll("#chat .bot .message-content")]
                .filter((e) => !e.closest(".thought-group")).length > count""",
            arg=len(before),
        )
        return self.replies()[-1]

    def replies(self) -> list[str]:
        """What is said in the chat, the steps of tools left out, which open and close."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll("#chat .bot .message-content")]
              .filter((e) => !e.closest(".thought-group")).map((e) => e.innerText)"""
        )

    def steps(self) -> list[str]:
        return self.page.locator("#chat .thought-group .title").all_inner_texts()

    def desk(self) -> dict:
        """The state of the desk by its route."""
        return self.page.evaluate(f"fetch('/rooms/{self.token}/desk').then((a) => a.json())")

    def gains_db(self) -> dict[str, float]:
        """Every fader that is not at 0, by the desk's own sliders."""
        return {s["name"]: s["gain_db"] for s in self.desk()["stems"] if s["gain_db"]}
