"""The words with which a call is told, in four languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ivr.notify.words import Language
from ivr.storage import Disposition, HungBy


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's sentences; the names in braces are filled in by `tell`. `rang_one`, `agent_one`: where
    it is not known who it was."""

    title: str
    opening: str
    brand: str
    clock: str
    answered: str
    queued: str
    unqueued: str
    rang: str
    agent: str
    rang_one: str
    agent_one: str
    hop: str
    leave: str
    still: str
    hung: dict[HungBy, str]
    cause: str
    talked: str
    whole: str
    summary: dict[Disposition, str]


PHRASES: Final[dict[Language, Phrases]] = {
    "en": Phrases(
        title="Call {id}",
        opening="{at}: {caller} called {dialled}{brand}.",
        brand=" ({brand}, plan {plan})",
        clock="A test call: the plan was told that it was {at}.",
        answered="the call was answered",
        queued="the caller began to wait in the queue",
        unqueued="the caller left the queue",
        rang="{who} was rung",
        agent="{who} picked up",
        rang_one="somebody was rung",
        agent_one="somebody picked up",
        hop="{node} ({kind}): {why}",
        leave="; left by {exit}",
        still="The call is still going on.",
        hung={
            HungBy.CALLER: "the caller hung up",
            HungBy.AGENT: "the person at the desk hung up",
            HungBy.SERVICE: "the plan ended the call",
            HungBy.SWITCH: "the switch ended the call",
            HungBy.UNKNOWN: "the call ended",
        },
        cause=" (cause {cause})",
        talked="They spoke for {talked}.",
        whole="The call took {whole}.",
        summary={
            Disposition.ANSWERED: "A person spoke with the caller.",
            Disposition.ANNOUNCED: "The caller heard what the plan had to say; no person was needed.",
            Disposition.ABANDONED: "The caller gave up before reaching a person.",
            Disposition.REJECTED: "The call was not taken.",
            Disposition.FAILED: "The call failed.",
            Disposition.UNKNOWN: "Nobody saw how it ended: the service was not running at that moment.",
        },
    ),
    "nl": Phrases(
        title="Oproep {id}",
        opening="{at}: {caller} belde {dialled}{brand}.",
        brand=" ({brand}, plan {plan})",
        clock="Een testoproep: voor het plan was het {at}.",
        answered="de oproep werd beantwoord",
        queued="de beller kwam in de wachtrij",
        unqueued="de beller verliet de wachtrij",
        rang="{who} werd gebeld",
        agent="{who} nam op",
        rang_one="iemand werd gebeld",
        agent_one="iemand nam op",
        hop="{node} ({kind}): {why}",
        leave="; verder langs {exit}",
        still="De oproep loopt nog.",
        hung={
            HungBy.CALLER: "de beller hing op",
            HungBy.AGENT: "de medewerker hing op",
            HungBy.SERVICE: "het plan beëindigde de oproep",
            HungBy.SWITCH: "de centrale beëindigde de oproep",
            HungBy.UNKNOWN: "de oproep eindigde",
        },
        cause=" (oorzaak {cause})",
        talked="Het gesprek duurde {talked}.",
        whole="De hele oproep duurde {whole}.",
        summary={
            Disposition.ANSWERED: "De beller heeft iemand gesproken.",
            Disposition.ANNOUNCED: "De beller hoorde wat het plan te zeggen had; er was niemand nodig.",
            Disposition.ABANDONED: "De beller gaf het op voor hij iemand bereikte.",
            Disposition.REJECTED: "De oproep werd niet aangenomen.",
            Disposition.FAILED: "De oproep mislukte.",
            Disposition.UNKNOWN: "Niemand zag hoe het afliep: de dienst draaide op dat moment niet.",
        },
    ),
    "fr": Phrases(
        title="Appel {id}",
        opening="{at} : {caller} a appelé le {dialled}{brand}.",
        brand=" ({brand}, plan {plan})",
        clock="Appel de test : pour le plan, c'était {at}.",
        answered="l'appel a été décroché",
        queued="l'appelant est entré dans la file d'attente",
        unqueued="l'appelant a quitté la file d'attente",
        rang="on a appelé {who}",
        agent="{who} a décroché",
        rang_one="on a appelé quelqu'un",
        agent_one="quelqu'un a décroché",
        hop="{node} ({kind}) : {why}",
        leave=" ; sortie {exit}",
        still="L'appel est toujours en cours.",
        hung={
            HungBy.CALLER: "l'appelant a raccroché",
            HungBy.AGENT: "l'agent a raccroché",
            HungBy.SERVICE: "le plan a mis fin à l'appel",
            HungBy.SWITCH: "le central a mis fin à l'appel",
            HungBy.UNKNOWN: "l'appel s'est terminé",
        },
        cause=" (cause {cause})",
        talked="La conversation a duré {talked}.",
        whole="L'appel a duré {whole} en tout.",
        summary={
            Disposition.ANSWERED: "L'appelant a parlé avec quelqu'un.",
            Disposition.ANNOUNCED: "L'appelant a entendu ce que le plan avait à dire ; cela suffisait.",
            Disposition.ABANDONED: "L'appelant a renoncé avant d'avoir quelqu'un en ligne.",
            Disposition.REJECTED: "L'appel n'a pas été pris.",
            Disposition.FAILED: "L'appel a échoué.",
            Disposition.UNKNOWN: "Personne n'a vu la fin : le service ne tournait pas à ce moment.",
        },
    ),
    "de": Phrases(
        title="Anruf {id}",
        opening="{at}: {caller} rief {dialled} an{brand}.",
        brand=" ({brand}, Plan {plan})",
        clock="Ein Testanruf: für den Plan war es {at}.",
        answered="der Anruf wurde angenommen",
        queued="der Anrufer kam in die Warteschlange",
        unqueued="der Anrufer hat die Warteschlange verlassen",
        rang="bei {who} klingelte es",
        agent="{who} hob ab",
        rang_one="bei jemandem klingelte es",
        agent_one="jemand hob ab",
        hop="{node} ({kind}): {why}",
        leave="; weiter über {exit}",
        still="Der Anruf läuft noch.",
        hung={
            HungBy.CALLER: "der Anrufer legte auf",
            HungBy.AGENT: "der Mitarbeiter legte auf",
            HungBy.SERVICE: "der Plan beendete den Anruf",
            HungBy.SWITCH: "die Anlage beendete den Anruf",
            HungBy.UNKNOWN: "der Anruf endete",
        },
        cause=" (Ursache {cause})",
        talked="Das Gespräch dauerte {talked}.",
        whole="Der ganze Anruf dauerte {whole}.",
        summary={
            Disposition.ANSWERED: "Der Anrufer hat mit jemandem gesprochen.",
            Disposition.ANNOUNCED: "Der Anrufer hörte, was der Plan zu sagen hatte; niemand wurde gebraucht.",
            Disposition.ABANDONED: "Der Anrufer gab auf, bevor er jemanden erreichte.",
            Disposition.REJECTED: "Der Anruf wurde nicht angenommen.",
            Disposition.FAILED: "Der Anruf ist gescheitert.",
            Disposition.UNKNOWN: "Niemand sah, wie er endete: der Dienst lief in dem Moment nicht.",
        },
    ),
}

__all__ = ["PHRASES", "Phrases"]
