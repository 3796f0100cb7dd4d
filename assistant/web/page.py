"""The page: chat and buttons by Gradio, desk, player, opener and card as elements of our own.

One rule: the room's token comes with every event; the page itself remembers nothing.
"""

import html
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio import themes

from assistant.web.api import add_endpoints
from assistant.web.chat_messages import Shown, shown_messages
from assistant.web.chat_turns import say, say_again
from assistant.web.room import LOOK_EVERY_S, Room, RoomError
from assistant.web.rooms import Rooms
from assistant.web.suggestions import MOST, suggestions
from assistant.web.work import Work

STYLE = Path(__file__).parent / "static" / "gainsay.css"
HEAD = "\n".join(
    [
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        *(
            f'<script type="module" src="/static/{module}.js"></script>'
            for module in ("page", "desk/desk", "player/player", "learn/learn")
        ),
    ]
)
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace"]
TONES = [("newcomer", "newcomer"), ("pro", "pro")]
_CHANGED = (
    "(revision) => { window.dispatchEvent(new CustomEvent('gainsay:changed', "
    "{detail: {revision, from: 'chat'}})); }"
)
_STOP = "(token) => { fetch(`/rooms/${token}/stop`, {method: 'POST'}); }"  # past Gradio's queue
Update = Any


def theme() -> themes.Base:
    """Gradio's plainest theme in the colours of gainsay.css; no font is fetched."""
    colours = {
        "body_background_fill": "--paper", "body_text_color": "--ink",
        "body_text_color_subdued": "--muted", "background_fill_primary": "--panel",
        "background_fill_secondary": "--raised", "block_background_fill": "--panel",
        "block_border_color": "--line", "border_color_primary": "--line",
        "border_color_accent": "--accent", "color_accent": "--accent",
        "color_accent_soft": "--accent-soft", "link_text_color": "--accent",
        "block_label_text_color": "--muted", "block_title_text_color": "--ink",
        "input_background_fill": "--panel", "input_border_color": "--edge",
        "input_placeholder_color": "--muted", "checkbox_border_color": "--edge",
        "checkbox_background_color": "--panel", "checkbox_label_background_fill": "--raised",
        "checkbox_background_color_selected": "--accent",
        "checkbox_border_color_selected": "--accent",
        "button_primary_background_fill": "--accent", "button_primary_text_color": "--accent-ink",
        "button_primary_background_fill_hover": "--accent",
        "button_secondary_background_fill": "--raised", "button_secondary_text_color": "--ink",
        "button_secondary_border_color": "--edge",
        "button_cancel_background_fill": "--bad-soft", "button_cancel_text_color": "--bad",
    }  # fmt: skip
    both = {
        f"{name}{mode}": f"var({colour})"
        for name, colour in colours.items()
        for mode in ("", "_dark")
        if (name, mode) != ("color_accent", "_dark")  # the one that has no dark twin
    }
    made = themes.Base(font=FONT, font_mono=MONO)
    return made.set(**both, block_shadow="none", block_label_shadow="none")


def build_page(rooms: Rooms) -> gr.Blocks:
    """The page of these rooms."""
    with gr.Blocks(title="Gainsay", analytics_enabled=False, fill_width=True) as page:
        token = gr.Textbox(visible=False)
        # No gr.State: for it, Gradio holds a connection open for each tab.
        revision, kept = gr.Number(visible=False), gr.Textbox(visible=False)
        with gr.Row(elem_id="top"):
            head = gr.HTML(elem_id="head")
            tone = gr.Radio(TONES, label="Explain as to a", elem_id="tone", visible=False)
        opener = gr.HTML(elem_id="opener")
        with gr.Row(elem_id="studio", visible=False) as studio:
            with gr.Column(scale=5, min_width=320, elem_id="talk"):
                chat = gr.Chatbot(
                    label="Chat", show_label=False, elem_id="chat", height=420, buttons=[],
                    render_markdown=False,
                    latex_delimiters=[], allow_tags=False, feedback_options=None,
                    allow_file_downloads=False, group_consecutive_messages=False,
                    placeholder="Ask how the balance is, or say what you hear.",
                )  # fmt: skip
                status = gr.HTML(elem_id="status")
                card = gr.HTML(elem_id="card")
                with gr.Row(elem_id="suggestions"):
                    offered = [gr.Button(visible=False, size="sm") for _ in range(MOST)]
                with gr.Row(elem_id="say-row"):
                    words = gr.Textbox(
                        label="Say what you hear", show_label=False, lines=1, max_lines=4, scale=1,
                        placeholder="Say what you hear: the vocal gets lost", elem_id="words",
                        max_length=2000, container=False,
                    )  # fmt: skip
                    send = gr.Button("Send", variant="primary", elem_id="send")
                    stop = gr.Button("Stop", variant="stop", elem_id="stop", visible=False)
                    again = gr.Button("Try again", elem_id="again")
            with gr.Column(scale=7, min_width=320, elem_id="work"):
                learn = gr.HTML(elem_id="learn")
                player = gr.HTML(elem_id="player")
                desk = gr.HTML(elem_id="desk")
        refresh = gr.Button(elem_id="refresh", visible="hidden")

        talk = [chat, status, revision, send, stop, *offered]
        whole = [token, head, tone, opener, studio, learn, player, desk, card, *talk]

        def load(request: gr.Request) -> list[Update]:
            asked = request.query_params
            return _whole(rooms, asked.get("room", ""), chooses="new" in asked)

        def refreshed(room_token: str) -> list[Update]:
            room = rooms.get(room_token)
            if room.sleeps and not room.work.is_running:
                with suppress(RoomError):
                    room.begin_opening()
            return _talk_now(room)

        def taken(room_token: str, text: str) -> tuple[str, str]:
            """What is to be said, and what stays in the box: all of it while Gainsay is busy."""
            try:
                room = rooms.get(room_token)
            except RoomError as error:
                _tell(error)
                return "", text
            busy = room.work.is_running and not room.sleeps
            return ("", text) if busy else (text, "")

        def said(room_token: str, text: str) -> Iterator[list[Update]]:
            yield from _shown(rooms, room_token, lambda room: say(room, text))

        def said_in_words(room_token: str, text: str) -> Iterator[list[Update]]:
            """The same; what could not be said goes back into the box."""
            refused: list[RoomError] = []
            for shown in _shown(rooms, room_token, lambda room: say(room, text), refused.append):
                yield [*shown, text if refused else gr.skip()]

        def tried_again(room_token: str) -> Iterator[list[Update]]:
            yield from _shown(rooms, room_token, say_again)

        def told_as(room_token: str, name: str) -> Update:
            """The tone from now on: the one that was chosen, or the old one where it stays."""
            try:
                return prefer_tone(rooms.get(room_token), name)
            except RoomError as error:
                _tell(error)
                return tone_now(rooms, room_token)

        # Eight rooms at once, or one that waits would hold up all others.
        follow: dict[str, Any] = {
            "api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8,
        }  # fmt: skip
        page.load(load, None, whole, **follow)
        refresh.click(refreshed, [token], talk, **follow)
        for begun in (send.click, words.submit):
            begun(taken, [token, words], [kept, words], **follow).then(
                said_in_words, [token, kept], [*talk, words], **follow
            ).then(None, [revision], None, js=_CHANGED)
        for button in offered:
            button.click(said, [token, button], talk, **follow).then(
                None, [revision], None, js=_CHANGED
            )
        again.click(tried_again, [token], talk, **follow).then(None, [revision], None, js=_CHANGED)
        stop.click(None, [token], None, js=_STOP)
        tone.input(told_as, [token, tone], tone, **follow)
        add_endpoints(rooms)
    return page


def _whole(rooms: Rooms, token: str, chooses: bool) -> list[Update]:
    """Everything on the page, for the room whose address was opened.

    chooses: whether the user asked for another song than the one that the server starts with.
    """
    room = rooms.get(token)
    if not room.song_open and not room.work.is_running:
        if room.has_song:
            room.begin_opening()
        elif rooms.first_song is not None and not chooses:
            room.begin_opening(rooms.first_song)
    is_open = room.song_open
    tone = room.session.tone if is_open else None
    return [
        token,
        _element("gainsay-song", token) if is_open else "",
        gr.update(visible=is_open, value=tone),
        "" if is_open else _element("gainsay-open", token),
        gr.update(visible=is_open),
        *(_element(name, token) if is_open else "" for name in _ELEMENTS),
        *_talk_now(room),
    ]


_FIXED = 5  # what _talk updates beside the suggestions
_ELEMENTS = ("gainsay-learn", "gainsay-player", "gainsay-desk", "gainsay-card")


def _element(name: str, token: str) -> str:
    """One of our elements; a token is made of letters, digits, - and _ only."""
    return f'<{name} room="{html.escape(token)}"></{name}>'


def prefer_tone(room: Room, name: str) -> str | None:
    """Explain as to a newcomer or a pro from now on; RoomError while a turn goes on."""
    with room.held():
        room.session.prefer_tone(name)
    room.changed()
    return room.session.tone


def tone_now(rooms: Rooms, token: str) -> Update:
    """The tone that is the case; what the page shows stays where no song is open."""
    try:
        return gr.update(value=rooms.get(token).session.tone)
    except RoomError:
        return gr.skip()


def _tell(error: RoomError) -> None:
    gr.Info(html.escape(str(error)))


def _shown(
    rooms: Rooms,
    token: str,
    turn: Callable[[Room], Iterator[list[Shown]]],
    refused: Callable[[RoomError], object] = lambda error: None,
) -> Iterator[list[Update]]:
    """The chat as a turn goes on, and what may be said next at its end."""
    try:
        room = rooms.get(token)
    except RoomError as error:
        _tell(error)
        refused(error)
        yield [gr.skip()] * (_FIXED + MOST)
        return
    try:
        for _ in room.waking():
            yield _talk(room, None)
            time.sleep(LOOK_EVERY_S)
        for messages in turn(room):
            yield _talk(room, messages)
    except RoomError as error:
        _tell(error)
        refused(error)
    room.changed()
    yield _talk_now(room)


def _talk_now(room: Room) -> list[Update]:
    """What stands in the chat; what the page shows stays while the song is opened again."""
    if not room.song_open:
        return _talk(room, None)
    running = room.work.is_running  # before the events, as chat_turns reads them
    return _talk(room, shown_messages(list(room.session.events), running))


def _talk(room: Room, messages: list[Shown] | None) -> list[Update]:
    """Chat, status, revision, the buttons that send and stop, the suggestions."""
    busy = room.work.is_running
    offers = [] if busy else suggestions(room)
    offers += [None] * (MOST - len(offers))
    return [
        gr.skip() if messages is None else [_inert(message) for message in messages],
        work_shown(room.work),
        room.revision,
        gr.update(visible=not busy),
        gr.update(visible=busy),
        *(gr.update(value=offer or "", visible=offer is not None) for offer in offers),
    ]


def _inert(message: Shown) -> Shown:
    """A message whose text shows as it is: Gradio takes it for HTML, markdown or not."""
    shown = {**message, "content": html.escape(message["content"], quote=False)}
    if "metadata" in message:
        title = html.escape(message["metadata"]["title"], quote=False)
        shown["metadata"] = {**message["metadata"], "title": title}
    return shown


def work_shown(work: Work) -> str:
    """What is going on, in words and as a bar; how it ended where it did not end well."""
    if work.is_running:
        bar = f'<progress max="{work.total}" value="{work.done}"></progress>' if work.total else ""
        return f'<div class="work" role="status">{bar}<span>{html.escape(work.what)} …</span></div>'
    if work.state in ("failed", "stopped"):
        told = work.error or "Stopped. What was done before stays, and can be undone."
        return f'<div class="work" role="status">{html.escape(told)}</div>'
    return ""
