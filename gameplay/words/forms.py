"""Forms of the admin for editing and importing words."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from import_export.forms import ConfirmImportForm, ImportForm

from gameplay.models import Account, WordPack
from gameplay.words import wordlist

if TYPE_CHECKING:
    FormSet = forms.BaseModelFormSet[Any, forms.ModelForm[Any]]
else:
    FormSet = forms.BaseModelFormSet


class LabelledFormSet(FormSet):
    """The formset of a change list; each field has a label for screen readers that names the column and the row."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}: {form.instance}"


class WordFormSet(LabelledFormSet):
    """The words of one page of the change list; rejects two that become the same word."""

    def clean(self) -> None:
        super().clean()
        seen: set[tuple[int, str]] = set()
        for form in self.forms:
            text = form.cleaned_data.get("text") if hasattr(form, "cleaned_data") else None
            if text is None:
                continue
            identity = (form.instance.pack_id, wordlist.word_key(text))
            if identity in seen:
                form.add_error("text", _("Another line of this page has the same word."))
            seen.add(identity)


class WordImportForm(ImportForm):
    """The upload of an import: a file, and the pack for rows without one."""

    pack = forms.ModelChoiceField(
        WordPack.objects.all(),
        label=_("Pack"),
        required=False,
        help_text=_("For rows without a “pack” column. The columns “text” and “difficulty” are needed."),
    )
    field_order = ["resource", "pack", "import_file", "format"]


class WordConfirmForm(ConfirmImportForm):
    """The confirmation of an import, after its preview."""

    pack = forms.ModelChoiceField(WordPack.objects.all(), required=False, widget=forms.HiddenInput())


def chosen_pack(form: Any) -> WordPack | None:
    """The pack of a valid import form; None without a pack or a form."""
    pack: WordPack | None = getattr(form, "cleaned_data", {}).get("pack")
    return pack


def limit_pack_choices(account: Account, form: Any) -> Any:
    """Limit the packs of an import's ``form`` to those that ``account`` may change; return the form."""
    form.fields["pack"].queryset = WordPack.objects.editable_by(account)
    return form
