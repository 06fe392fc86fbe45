"""The words with which it is told why a phone rang, in four languages; names in braces are filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ivr.duty.explaining import Because, StageEnd
from ivr.notify.words import Language


@dataclass(frozen=True, slots=True)
class WhyPhrases:
    """One language's sentences."""

    rang: str
    page: str
    call: str
    test_clock: str
    policy: str
    release: str
    stage: str
    turn: str
    turn_of: str
    lasts: str
    together: str
    over: str
    ends: dict[StageEnd, str]
    because: dict[Because, str]
    fault: str
    before: str
    first: str
    ring: str
    skipped: str
    cut: str
    late: str
    passed_on: str
    reminder: str
    handover: str
    outcome: str
    cause: str
    key: str
    nobody: str
    at: str
    by: str


WHY: Final[dict[Language, WhyPhrases]] = {
    "en": WhyPhrases(
        rang="{number} ({label}) of {who} rang on {at}:{seconds}, for call {ref} of {brand}.",
        page="The page had begun at {at}{call}.",
        call=", for the call of {caller} to {dialled}",
        test_clock="It was a test call: its clock showed {at}.",
        policy='It went by the policy "{policy}"{chosen}.',
        release="What was decided, was decided by release {release}.",
        stage='The hunt was at the part "{stage}"{who}: {turn}{lasts}{together}.',
        turn="round {turn}",
        turn_of="round {turn} of {rounds}",
        lasts=", for {lasts} at most",
        together=", everybody at once",
        over='The part "{stage}" was over by then: {end} ({rings} rings).',
        ends={
            StageEnd.NOBODY: "there was nobody to ring",
            StageEnd.PASSED: "everybody there had passed",
            StageEnd.TIME: "its time was up",
            StageEnd.ROUNDS: "everybody had been rung as often as the policy says",
        },
        because={
            Because.TURN: "It was the turn of {who}, and of this phone.",
            Because.NEEDED: "This phone of {who} is kept for need: the others had failed, or were quiet.",
            Because.NETWORK: "It is a back-up phone: the network of the own phone of {who} had just failed.",
            Because.NETWORK_BEFORE: "It is a back-up phone, rung first because the network on which "
            "the phones "
            "of {who} are had failed lately.",
            Because.TELLING: "Nobody had accepted, and somebody at the desk had to hear that.",
        },
        fault="The fault was seen on {number} at {at}.",
        before="Rung before in this round:",
        first="It was the first phone of this round.",
        ring="  {at}  {who} on {number}: {outcome}",
        skipped="{who} was not rung: {why}.",
        cut="It was let ring for {ring} only: a voicemail answers there after that, or time was short.",
        late="{who} had accepted at {accepted}, but the caller was not called back in time; "
        "so at {at} the hunt went on without {who}.",
        passed_on="{who} had accepted at {accepted} and passed the call on at {at}; "
        "so the hunt went on without {who}.",
        reminder="{who} had accepted the call at {accepted}. The caller was to be called back by "
        "{until}, and "
        "nobody had said that this was done: so {who} was reminded.",
        handover="The call was to be handed over to {who}, who had to be asked.",
        outcome="How it ended: {outcome}, after {rang} of ringing{key}{cause}.",
        cause=" (cause {cause})",
        key=", key {key} was pressed",
        nobody="nobody was rung",
        at="At {at}: {told}{by}.",
        by=" (by {by})",
    ),
    "nl": WhyPhrases(
        rang="{number} ({label}) van {who} ging over op {at}:{seconds}, voor oproep {ref} van {brand}.",
        page="De zoektocht was begonnen om {at}{call}.",
        call=", voor de oproep van {caller} naar {dialled}",
        test_clock="Het was een testoproep: zijn klok stond op {at}.",
        policy='De regels waren die van "{policy}"{chosen}.',
        release="Wat beslist werd, werd beslist door release {release}.",
        stage='De zoektocht was bij het deel "{stage}"{who}: {turn}{lasts}{together}.',
        turn="ronde {turn}",
        turn_of="ronde {turn} van {rounds}",
        lasts=", ten hoogste {lasts}",
        together=", iedereen tegelijk",
        over='Het deel "{stage}" was toen voorbij: {end} ({rings} keer gebeld).',
        ends={
            StageEnd.NOBODY: "er was niemand om te bellen",
            StageEnd.PASSED: "iedereen daar had doorgegeven",
            StageEnd.TIME: "de tijd was om",
            StageEnd.ROUNDS: "iedereen was zo vaak gebeld als de regels zeggen",
        },
        because={
            Because.TURN: "Het was de beurt aan {who}, en aan deze telefoon.",
            Because.NEEDED: "Deze telefoon van {who} is voor als het moet: de andere waren vergeefs gebeld, "
            "of hadden rust.",
            Because.NETWORK: "Het is een reservetelefoon: het netwerk van de eigen telefoon van "
            "{who} was net "
            "uitgevallen.",
            Because.NETWORK_BEFORE: "Het is een reservetelefoon, als eerste gebeld omdat het netwerk van de "
            "telefoons van {who} kort tevoren was uitgevallen.",
            Because.TELLING: "Niemand had aangenomen, en iemand van de desk moest dat horen.",
        },
        fault="De storing bleek op {number} om {at}.",
        before="Eerder gebeld in deze ronde:",
        first="Het was de eerste telefoon van deze ronde.",
        ring="  {at}  {who} op {number}: {outcome}",
        skipped="{who} werd niet gebeld: {why}.",
        cut="Hij ging maar {ring} over: daarna antwoordt er een voicemail, of de tijd was krap.",
        late="{who} had aangenomen om {accepted}, maar de beller werd niet op tijd teruggebeld; "
        "daarom ging de zoektocht om {at} verder zonder {who}.",
        passed_on="{who} had aangenomen om {accepted} en gaf de oproep door om {at}; "
        "daarom ging de zoektocht verder zonder {who}.",
        reminder="{who} had de oproep aangenomen om {accepted}. De beller moest voor {until} "
        "teruggebeld worden, "
        "en niemand had gemeld dat dat gebeurd was: daarom werd {who} eraan herinnerd.",
        handover="De oproep moest overgedragen worden aan {who}, en dat moest gevraagd worden.",
        outcome="Hoe het afliep: {outcome}, na {rang} bellen{key}{cause}.",
        cause=" (oorzaak {cause})",
        key=", toets {key} werd ingedrukt",
        nobody="niemand werd gebeld",
        at="Om {at}: {told}{by}.",
        by=" (door {by})",
    ),
    "fr": WhyPhrases(
        rang="Le {number} ({label}) de {who} a sonné le {at}:{seconds}, pour l'appel {ref} de {brand}.",
        page="La recherche avait commencé à {at}{call}.",
        call=", pour l'appel de {caller} vers {dialled}",
        test_clock="C'était un appel d'essai : son horloge indiquait {at}.",
        policy="Les règles étaient celles de « {policy} »{chosen}.",
        release="Ce qui a été décidé l'a été par la version {release}.",
        stage="La recherche en était à la partie « {stage} »{who} : {turn}{lasts}{together}.",
        turn="tour {turn}",
        turn_of="tour {turn} de {rounds}",
        lasts=", pendant {lasts} au plus",
        together=", tout le monde à la fois",
        over="La partie « {stage} » était finie : {end} ({rings} sonneries).",
        ends={
            StageEnd.NOBODY: "il n'y avait personne à appeler",
            StageEnd.PASSED: "tout le monde y avait passé son tour",
            StageEnd.TIME: "son temps était écoulé",
            StageEnd.ROUNDS: "tout le monde avait été appelé aussi souvent que les règles le disent",
        },
        because={
            Because.TURN: "C'était le tour de {who}, et de ce téléphone.",
            Because.NEEDED: "Ce téléphone de {who} est gardé pour le besoin : les autres n'avaient "
            "pas répondu, "
            "ou étaient au repos.",
            Because.NETWORK: "C'est un téléphone de secours : le réseau du téléphone de {who} venait "
            "de faillir.",
            Because.NETWORK_BEFORE: "C'est un téléphone de secours, appelé en premier parce que le "
            "réseau des "
            "téléphones de {who} avait failli peu avant.",
            Because.TELLING: "Personne n'avait accepté, et quelqu'un au desk devait l'entendre.",
        },
        fault="La panne a été vue sur le {number} à {at}.",
        before="Appelés avant dans ce tour :",
        first="C'était le premier téléphone de ce tour.",
        ring="  {at}  {who} au {number} : {outcome}",
        skipped="{who} n'a pas été appelé : {why}.",
        cut="Il n'a sonné que {ring} : une messagerie y répond ensuite, ou le temps manquait.",
        late="{who} avait accepté à {accepted}, mais l'appelant n'a pas été rappelé à temps ; "
        "à {at} la recherche a donc continué sans {who}.",
        passed_on="{who} avait accepté à {accepted} et a passé l'appel au suivant à {at} ; "
        "la recherche a donc continué sans {who}.",
        reminder="{who} avait accepté l'appel à {accepted}. L'appelant devait être rappelé avant {until}, et "
        "personne n'avait dit que c'était fait : {who} a donc reçu un rappel.",
        handover="L'appel devait être transmis à {who}, à qui il fallait le demander.",
        outcome="L'issue : {outcome}, après {rang} de sonnerie{key}{cause}.",
        cause=" (cause {cause})",
        key=", la touche {key} a été pressée",
        nobody="personne n'a été appelé",
        at="À {at} : {told}{by}.",
        by=" (par {by})",
    ),
    "de": WhyPhrases(
        rang="{number} ({label}) von {who} klingelte am {at}:{seconds}, für Anruf {ref} von {brand}.",
        page="Die Suche hatte um {at} begonnen{call}.",
        call=", für den Anruf von {caller} an {dialled}",
        test_clock="Es war ein Testanruf: seine Uhr zeigte {at}.",
        policy="Es galten die Regeln „{policy}“{chosen}.",
        release="Entschieden wurde nach Release {release}.",
        stage="Die Suche war beim Teil „{stage}“{who}: {turn}{lasts}{together}.",
        turn="Runde {turn}",
        turn_of="Runde {turn} von {rounds}",
        lasts=", höchstens {lasts}",
        together=", alle zugleich",
        over="Der Teil „{stage}“ war vorbei: {end} ({rings} Anrufe).",
        ends={
            StageEnd.NOBODY: "es war niemand anzurufen",
            StageEnd.PASSED: "alle dort hatten weitergegeben",
            StageEnd.TIME: "seine Zeit war um",
            StageEnd.ROUNDS: "alle waren so oft angerufen worden, wie die Regeln es sagen",
        },
        because={
            Because.TURN: "{who} war an der Reihe, und dieses Telefon.",
            Because.NEEDED: "Dieses Telefon von {who} ist für den Notfall: die anderen waren vergeblich "
            "angerufen worden, oder hatten Ruhe.",
            Because.NETWORK: "Es ist ein Reservetelefon: das Netz des eigenen Telefons von {who} war eben "
            "ausgefallen.",
            Because.NETWORK_BEFORE: "Es ist ein Reservetelefon, zuerst angerufen, weil das Netz der "
            "Telefone von "
            "{who} kurz zuvor ausgefallen war.",
            Because.TELLING: "Niemand hatte angenommen, und jemand am Desk musste das hören.",
        },
        fault="Die Störung zeigte sich bei {number} um {at}.",
        before="Zuvor in dieser Runde angerufen:",
        first="Es war das erste Telefon dieser Runde.",
        ring="  {at}  {who} auf {number}: {outcome}",
        skipped="{who} wurde nicht angerufen: {why}.",
        cut="Es klingelte nur {ring}: danach antwortet eine Mailbox, oder die Zeit war knapp.",
        late="{who} hatte um {accepted} angenommen, aber der Anrufer wurde nicht rechtzeitig zurückgerufen; "
        "daher ging die Suche um {at} ohne {who} weiter.",
        passed_on="{who} hatte um {accepted} angenommen und gab den Anruf um {at} weiter; "
        "daher ging die Suche ohne {who} weiter.",
        reminder="{who} hatte den Anruf um {accepted} angenommen. Der Anrufer sollte bis {until} "
        "zurückgerufen "
        "werden, und niemand hatte gesagt, dass das geschehen ist: daher wurde {who} erinnert.",
        handover="Der Anruf sollte an {who} übergeben werden, und das musste gefragt werden.",
        outcome="Wie es ausging: {outcome}, nach {rang} Klingeln{key}{cause}.",
        cause=" (Ursache {cause})",
        key=", Taste {key} wurde gedrückt",
        nobody="niemand wurde angerufen",
        at="Um {at}: {told}{by}.",
        by=" (durch {by})",
    ),
}

__all__ = ["WHY", "WhyPhrases"]
