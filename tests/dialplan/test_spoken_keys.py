"""Which keys a text asks for, in four languages."""

from __future__ import annotations

import pytest

from dialplan.checks.spoken_keys import keys_spoken


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Voor een nieuw probleem, druk één. Voor een bestaand ticket, druk twee.", "12"),
        ("Druk één om te bevestigen, of twee om opnieuw te beginnen.", "12"),
        ("Druk één om te aanvaarden, twee om door te geven, drie om te herhalen.", "123"),
        ("Toets 1 voor verkoop of 2 voor de dienst; toets op het sterretje om te herhalen.", "12*"),
        ("Drukt u op de toets negen, een ogenblik geduld.", "9"),
        ("Druk een toets.", ""),
        ("Druk een voor verkoop.", "1"),
        ("Toets uw klantnummer in en sluit af met een hekje.", ""),
        ("Pour un nouveau problème, appuyez sur le un. Pour un dossier existant, appuyez sur le deux.", "12"),
        ("Appuyez sur le un pour accepter, sur le deux pour passer au suivant, ou sur le 3.", "123"),
        ("Tapez 1 pour les ventes, tapez le quatre ou l'étoile pour réécouter.", "14*"),
        ("Tapez un numéro.", ""),
        ("Appuyez sur la touche dièse.", "#"),
        ("Drücken Sie die Eins zum Annehmen, die Zwei zum Weitergeben, die Drei zum Wiederholen.", "123"),
        ("Für Verkauf drücken Sie bitte die 1, oder wählen Sie die 0.", "10"),
        ("Drücken Sie eine Taste.", ""),
        ("Drücken Sie die Sterntaste oder die Raute-Taste.", "*#"),
        ("For a new problem, press one. For an existing ticket, press two.", "12"),
        ("Press one to accept, two to pass on, three to repeat.", "123"),
        ("Press 1 or 2, or the star key.", "12*"),
        ("Press one of the keys.", ""),
        ("Press any key.", ""),
        ("You can reach us from Monday to Friday, between eight a.m. and six p.m.", ""),
        ("Wir haben zwei Büros, eins in Gent.", ""),
        (
            "Voor Nederlands, druk één., Pour le français, appuyez sur le deux., For English, dial four",
            "124",
        ),
        ("", ""),
    ],
)
def test_keys_spoken(text: str, keys: str) -> None:
    assert keys_spoken(text) == frozenset(keys)
