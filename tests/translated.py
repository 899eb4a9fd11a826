"""A made-up study in every language: its prose and its labels, to be built with all that a document can hold."""

from __future__ import annotations

import shutil
from pathlib import Path

from studies import ROOT

# Made up for these tests: there are no such participants, and nobody has been measured.
STUDY = """\
title: "{title}"
language: {language}
keywords: [{keywords}]
authors: ["A. Klimmer^1^", "B. Klimmer^1,2^"]
affiliations: ["^1^{place}"]
source: {{citation: "{citation}", licence: CC0}}
notice: "{notice}"
contact: klimmer@example.org
data:
  subjects: people.csv
  visits: sessions.csv
  adverse_events: complaints.csv
  exposure_years: years
visits:
  start: {{label: {start}, month: 0{at}}}
  early: {{label: {early}, month: 1}}
  finish: {{label: {finish}, month: 3}}
endpoints:
  grip: {{label: {grip}, unit: kg, decimals: 1, direction: higher_is_better}}
  moves: {{label: {moves}, decimals: 0, direction: higher_is_better, scale: log}}
characteristics:
  hand: {{label: {hand}, categories: {{left: L, right: R}}, labels: {{left: {left}, right: {right}}}}}
  practice: {{label: {practice}, unit: {years}}}
  chalk_before: {{label: "{chalk} 1", listed: false, categories: {{yes: "1", no: "0"}}}}
  chalk_after: {{label: "{chalk} 2", listed: false, categories: {{yes: "1", no: "0"}}}}
yes_no_changes:
  chalk: {{label: {chalk}, before: chalk_before, after: chalk_after}}
responses:
  strong: {{label: "{strong}", endpoint: grip, threshold: 40.5}}
analysis: {{method: asymptotic, family: {{endpoints: [grip, moves], visits: [finish]}}}}
documents: {{abstract: {{page: A4}}, poster: {{page: 90x190cm}}}}
congress: pres
"""
ABSTRACT = """\
{{{{ masthead() }}}}

## {background}

{why}

## {patients_and_methods}

{how} {{{{ methods_sentence() }}}}

## {results}

{{{{ words(cohort.n) | capitalize }}}} {climbers}; {{{{ hand.left.n_percent }}}}: {left}.
{{{{ change_sentence(grip, early) }}}} {{{{ change_sentence(grip, finish) }}}} {{{{ visit_sentence(moves, finish) }}}}
{{{{ effect_sentence(grip, finish) }}}} {{{{ effect_sentence(moves, early) }}}} {{{{ effect_sentence(moves, finish) }}}}
{{{{ response_sentence(strong, finish) }}}} {{{{ yes_no_sentence(chalk) }}}}

{{{{ endpoints_table([grip, moves]) }}}}

{{{{ figure("courses", [grip, moves]) }}}}

## {conclusions}

{end} ({{{{ moves.finish.vs_baseline.mean_difference_interval }}}}; p = {{{{ grip.finish.vs_baseline.p_exact }}}}).

{{{{ keywords() }}}}

{{{{ colophon() }}}}
"""
POSTER = """\
{{{{ masthead() }}}}

::: {{.area .message}}

{{{{ words(grip.finish.vs_baseline.n_improved) | capitalize }}}} / {{{{ words(cohort.n) }}}}: {message}

:::

::: {{.area .methods}}

## {patients_and_methods}

{{{{ methods_sentence() }}}}

{{{{ characteristics_table() }}}}

{{{{ flow_table() }}}}

:::

::: {{.area .figures}}

## {grip}

{{{{ figure("courses", [grip, moves]) }}}}

{{{{ figure("boxes", [grip]) }}}}

:::

::: {{.area .table}}

## {results}

{{{{ sensitivity_table([grip, moves], finish) }}}}

{{{{ effects_table([grip, moves], finish) }}}}

{{{{ responses_table([strong], [early, finish]) }}}}

{{{{ figure("waterfall", [grip], visit=finish) }}}}

:::

::: {{.area .conclusions}}

## {conclusions}

{{{{ adverse_events_table() }}}}

{{{{ figure("responders", [strong]) }}}}

{{{{ figure("flow") }}}}

:::

{{{{ colophon() }}}}
"""
DATA = {
    "people.csv": "subject_id,hand,practice,years,chalk_before,chalk_after\n"
    "A,R,3,0.25,1,0\nB,L,5,0.25,1,0\nC,R,1,0.25,1,1\nD,R,8,0.5,0,1\nE,L,2,0.25,1,0\nF,R,4,0.25,1,0\nG,R,6,0.125,1,0\n",
    "sessions.csv": "subject_id,visit,grip,moves\n"
    "A,start,30.5,12345\nA,early,31.5,\nA,finish,33.0,13500\n"
    "B,start,41.0,9800\nB,early,41.0,\nB,finish,44.5,12100\n"
    "C,start,38.0,15250\nC,early,36.5,14000\nC,finish,37.5,16000\n"
    "D,start,52.5,11000\nD,early,54.0,\nD,finish,55.0,10400\n"
    "E,start,36.0,20480\nE,early,,\nE,finish,41.5,24700\n"
    "F,start,44.0,13000\nF,early,44.5,\nF,finish,47.5,15100\n"
    "G,start,39.5,18000\nG,early,40.0,\nG,finish,,\n",
}
PARTS = {
    "en": {
        "title": "Finger strength of invented climbers: a cohort", "keywords": "made up, fingers",
        "place": "Hall of Climbing", "citation": "Nobody. Nowhere 2020;1:2", "notice": "Made-up data, for a test.",
        "start": "Start", "at": "", "early": "1 month", "finish": "3 months", "grip": "grip strength", "moves": "moves",
        "hand": "Hand", "left": "left", "right": "right", "practice": "Practice", "years": "years", "chalk": "Chalk",
        "strong": "grip of 40.5 kg or more", "background": "Background", "why": "Do fingers grow stronger within three "
        "months? Table 1 has the 95% CI.", "patients_and_methods": "Patients and methods", "how": "All were measured "
        "at the start and after one and three months.", "results": "Results", "climbers": "climbers",
        "conclusions": "Conclusions", "end": "Nobody climbed", "message": "stronger", "event": "Sore finger",
    },
    "nl": {
        "title": "Vingerkracht van verzonnen klimmers: een cohort", "keywords": "verzonnen, vingers",
        "place": "Klimhal", "citation": "Niemand. Nergens 2020;1:2", "notice": "Verzonnen gegevens, voor een test.",
        "start": "Aanvang", "at": "", "early": "1 maand", "finish": "3 maanden", "grip": "knijpkracht",
        "moves": "passen", "hand": "Hand", "left": "links", "right": "rechts", "practice": "Ervaring", "years": "jaar",
        "chalk": "Magnesium", "strong": "knijpkracht van 40,5 kg of meer", "background": "Achtergrond",
        "why": "Worden vingers binnen drie maanden sterker? Tabel 1 geeft het 95%-BI.",
        "patients_and_methods": "Patiënten en methoden", "how": "Allen werden bij aanvang en na één en drie maanden "
        "gemeten, bij de 2e visite ook de passen.", "results": "Resultaten", "climbers": "klimmers",
        "conclusions": "Conclusies", "end": "Niemand klom", "message": "sterker", "event": "Pijnlijke vinger",
    },
    "fr": {
        "title": "Force des doigts de grimpeurs inventés : une cohorte", "keywords": "inventé, doigts",
        "place": "Salle d’escalade", "citation": "Personne. Nulle part 2020;1:2", "notice": "Données inventées, pour "
        "un test.", "start": "Inclusion", "at": "", "early": "1 mois", "finish": "3 mois",
        "grip": "force de préhension", "moves": "mouvements", "hand": "Main", "left": "gauche", "right": "droite",
        "practice": "Expérience", "years": "ans", "chalk": "Magnésie", "strong": "préhension de 40,5 kg ou plus",
        "background": "Contexte", "why": "Les doigts deviennent-ils plus forts en trois mois ? Le tableau 1 donne l’IC "
        "à 95 %.", "patients_and_methods": "Patients et méthodes", "how": "Tous ont été mesurés à l’inclusion, puis à "
        "un et trois mois ; les mouvements à la 2e visite.", "results": "Résultats", "climbers": "grimpeurs",
        "conclusions": "Conclusion", "end": "Personne n’a grimpé", "message": "plus forts", "event": "Doigt douloureux",
    },
    "de": {
        "title": "Fingerkraft erfundener Kletterer: eine Kohorte", "keywords": "erfunden, Finger",
        "place": "Kletterhalle", "citation": "Niemand. Nirgends 2020;1:2", "notice": "Erfundene Daten, für einen Test.",
        "start": "Trainingsbeginn", "at": ', at: "vor dem Training"', "early": "1 Monat", "finish": "3 Monate",
        "grip": "Griffkraft", "moves": "Züge", "hand": "Hand", "left": "links", "right": "rechts",
        "practice": "Erfahrung", "years": "Jahre", "chalk": "Magnesia", "strong": "Griffkraft von 40,5 kg oder mehr",
        "background": "Hintergrund", "why": "Werden Finger binnen drei Monaten stärker? Tabelle 1 nennt das 95-%-KI.",
        "patients_and_methods": "Patienten und Methoden", "how": "Alle wurden vor dem Training und nach einem und drei "
        "Monaten gemessen.", "results": "Ergebnisse", "climbers": "Kletterer", "conclusions": "Schlussfolgerungen",
        "end": "Niemand kletterte", "message": "stärker", "event": "Wunder Finger",
    },
}  # fmt: skip


def write_translated_study(folder: Path, code: str) -> Path:
    """Write the study in the language ``code`` into a folder, without templates: the packaged ones are used."""
    parts = {**PARTS[code], "language": code}
    texts = {
        "report/study.yml": STUDY.format(**parts),
        "report/abstract.qmd": ABSTRACT.format(**parts),
        "report/poster.qmd": POSTER.format(**parts),
        "complaints.csv": f"subject_id,term,onset\nB,{parts['event']},1.5\nC,{parts['event']},\n",
        **DATA,
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "_quarto.yml", folder / "_quarto.yml")
    return folder
