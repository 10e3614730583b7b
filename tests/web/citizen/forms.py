"""The form of a page as a browser without scripts would send it: what is ticked, chosen and typed, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Inputs that are sent only while checked.
CHECKABLE = ("checkbox", "radio")


@dataclass
class Control:
    """One input, text area or button."""

    name: str
    value: str
    kind: str
    id: str
    checked: bool = False


@dataclass
class Form:
    """One form of a page."""

    action: str | None
    method: str
    controls: list[Control] = field(default_factory=list)

    def control(self, id_: str) -> Control:
        return next(control for control in self.controls if control.id == id_)

    def ids(self) -> set[str]:
        return {control.id for control in self.controls}

    def tick(self, *ids: str) -> None:
        for id_ in ids:
            self.control(id_).checked = True

    def choose(self, id_: str) -> None:
        chosen = self.control(id_)
        for control in self.controls:
            if control.kind == "radio" and control.name == chosen.name:
                control.checked = control is chosen

    def type(self, **values: str) -> None:
        for name, value in values.items():
            self.control(name).value = value

    def fill(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self.control(name).value = value

    def sent(self, button: str | None = None) -> list[tuple[str, str]]:
        """What pressing the button with this id sends, in the order of the page."""
        return [
            (control.name, control.value)
            for control in self.controls
            if control.name
            and (control.kind not in CHECKABLE or control.checked)
            and (control.kind != "button" or control.id == button)
        ]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open = False
        self._area: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action"), values.get("method", "get")))
            self._open = True
        elif self._open and tag == "option":
            if "selected" in values:
                self.forms[-1].controls[-1].value = values.get("value", "")
        elif self._open and tag in ("input", "button", "textarea", "select"):
            kind = values.get("type", "text") if tag == "input" else tag
            control = Control(
                values.get("name", ""), values.get("value", ""), kind, values.get("id", ""), "checked" in values
            )
            self.forms[-1].controls.append(control)
            self._area = control if tag == "textarea" else None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"
        self._area = None if tag == "textarea" else self._area


def forms(html: str) -> list[Form]:
    """Every form of a page."""
    parser = _Forms()
    parser.feed(html)
    parser.close()
    return parser.forms


def posting(html: str) -> Form:
    """The one form of a page that changes something."""
    found = [form for form in forms(html) if form.method == "post"]
    assert len(found) == 1, f"{len(found)} forms"
    return found[0]


def form_with(html: str, button: str) -> Form:
    """The form that has a button of this id."""
    found = [form for form in forms(html) if any(control.id == button for control in form.controls)]
    assert len(found) == 1, f"{len(found)} forms with {button}"
    return found[0]
