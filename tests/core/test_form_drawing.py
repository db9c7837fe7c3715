"""Inputs drawn without templates are those that Django draws with its own."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from lxml import html

from core.form_drawing import KINDS, FormRenderer

INPUTS = {
    "text": forms.TextInput,
    "email": forms.EmailInput,
    "url": forms.URLInput,
    "number": forms.NumberInput,
    "hidden": forms.HiddenInput,
    "checkbox": forms.CheckboxInput,
}
VALUES = [None, "", "a", 0, 7, True, False, "<b>\"quoted\" & 'so'</b>"]
ATTRIBUTES = {"id": "id_a", "required": True, "disabled": False, "maxlength": 9, "data-a": '"&<'}


def test_each_kind_has_been_looked_at():
    assert INPUTS.keys() == {*KINDS}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_input_is_the_same(kind, value):
    drawn, expected = (
        html.fromstring(INPUTS[kind]().render("a", value, ATTRIBUTES, renderer))
        for renderer in (FormRenderer(), DjangoTemplates())
    )
    assert drawn.tag == "input"
    assert dict(drawn.attrib) == dict(expected.attrib)


def test_what_is_no_line_is_drawn_as_ever():
    widget = forms.Select(choices=[("a", "One"), ("b", "Two")])
    assert widget.render("a", "b", {}, FormRenderer()) == widget.render("a", "b", {})
