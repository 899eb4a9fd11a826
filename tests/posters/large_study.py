"""A study of 60 subjects, 5 visits and 6 endpoints. All of it is made up: there are no such patients."""

from __future__ import annotations

import math
import random
from pathlib import Path

from studies import write_study

LARGE_STUDY = {
    "report/study.yml": """\
title: "Daily walks for adults with long-standing back pain: an invented cohort of sixty, followed for a year"
design: invented prospective cohort
language: en-GB
keywords: [made up, walking, back pain, cohort]
authors: [First Author, Second Author, Third Author]
affiliations: [Department of Rehabilitation, Invented University Hospital]
notice: "Synthetic data, drawn at random for a test: nobody was treated and nobody was measured."
address: "https://example.org/walks"
contact: walks@hospital.example
funding: none; the study never took place
data: {subjects: people.csv, visits: visits.csv, adverse_events: events.csv, onset_unit: months}
visits:
  baseline: {label: Baseline, month: 0}
  month_1: {label: 1 month, month: 1}
  month_3: {label: 3 months, month: 3}
  month_6: {label: 6 months, month: 6}
  month_12: {label: 12 months, month: 12}
endpoints:
  pain: {label: Pain, unit: mm, decimals: 0, role: primary}
  disability: {label: Disability, unit: "%", decimals: 0}
  walking: {label: Walking distance, unit: m, decimals: 0, direction: higher_is_better}
  sleep: {label: Sleep, unit: h, decimals: 1, direction: higher_is_better}
  crp: {label: CRP, unit: mg/l, decimals: 1, scale: log}
  tablets: {label: Painkillers, unit: per week, decimals: 0}
characteristics:
  sex: {label: Sex, categories: {women: female, men: male}}
  age: {label: Age, unit: years}
  duration: {label: Pain for, unit: years}
  weight: {label: Weight, unit: kg}
  works: {label: At work, categories: {yes: "yes", no: "no"}}
  surgery: {label: Surgery before, categories: {yes: "yes", no: "no"}}
  exercise: {label: Exercise before, categories: {none_at_all: none, some: some, much: much}}
analysis: {family: {method: holm, endpoints: [pain, disability, walking, sleep, crp, tablets], visits: [month_12]}}
""",
    "report/abstract.qmd": """\
{{ masthead() }}

## Background

Walking is cheap, but whether adults with long-standing back pain keep it up, and what it does for them, is rarely
followed for longer than some weeks.

## Methods

Adults with daily back pain were asked to walk every day. Results are median (range; n measured).
{{ methods_sentence() }}

## Results

{{ cohort.n }} adults took part, {{ sex.women.n }} of them women, with a median age of {{ age.median }} years.
{% for endpoint in all_endpoints %}{{ change_sentence(endpoint, month_12) }}
{% endfor %}

{{ endpoints_table(all_endpoints, visits=[baseline, month_6, month_12]) }}

{{ figure("courses", [pain, disability, walking]) }}

## Conclusions

These numbers were drawn at random, and mean nothing.

{{ keywords() }}

{{ colophon() }}
""",
    "report/poster.qmd": """\
{{ masthead() }}

::: {.area .message}

Pain fell in {{ words(pain.month_12.vs_baseline.n_improved) }} of {{ words(pain.month_12.vs_baseline.n_paired) }} adults
who walked every day for a year.

Nobody walked: these numbers were drawn at random.

:::

::: {.area .background}

## Back pain is treated lying down

Long-standing back pain is often met with rest, tablets and injections. Walking costs nothing and harms few, yet what it
does over a whole year is rarely followed.

**We asked:** how do pain, disability and sleep change once adults walk every day, and what harm do they meet?

:::

::: {.area .methods}

## One invented centre, one year

- **Design:** prospective, no control group
- **Patients:** adults with daily back pain for at least a year, able to walk without a rest
- **Treatment:** a walk on every day, at a pace of one's own; calls by a nurse
- **Measured:** pain, disability, walking distance, sleep, CRP and painkillers, before the first walk and at each visit
- **Reported:** median (range); n, patients measured; pairs, patients measured at both visits; nothing imputed
- **Tested:** {{ methods_sentence() }}

:::

::: {.area .patients}

## {{ cohort.n }} adults, in pain for {{ duration.median }} years (median)

{{ characteristics_table() }}

:::

::: {.area .figures}

## Pain, disability and painkillers fell; walking and sleep rose

{{ figure("courses", all_endpoints) }}

{{ courses_note(all_endpoints) }}

:::

::: {.area .table}

## Most of the change was there at six months

{{ endpoints_table(all_endpoints, visits=[baseline, month_6, month_12]) }}

:::

::: {.area .safety}

## Events in {{ words(adverse_events.n_subjects) }} of {{ cohort.n }}

{{ adverse_events_table() }}

:::

::: {.area .conclusions}

## A year of walks went with less pain

- After a year of daily walks pain was **lower in {{ pain.month_12.vs_baseline.n_improved }} of
  {{ pain.month_12.vs_baseline.n_paired }}**, and higher in {{ pain.month_12.vs_baseline.n_worse }}.
- **Harm:** {{ adverse_events.n_subjects }} had an event, mostly falls and flares.
- **Limits:** no controls, missing visits, and patients start when they are at their worst: part of the change would
  come without walks.
- **Next:** the same walks against none, by lot.

:::

{{ colophon() }}
""",
}


def write_large_study(folder: Path) -> Path:
    """Write a study of 60 subjects, 5 visits and 6 endpoints; the data are drawn at random, the same on each day."""
    draw = random.Random(2011)
    months = {"baseline": 0, "month_1": 1, "month_3": 3, "month_6": 6, "month_12": 12}
    people = ["subject_id,sex,age,duration,weight,works,surgery,exercise"]
    visits = ["subject_id,visit,pain,disability,walking,sleep,crp,tablets"]
    events = ["subject_id,term,onset"]
    terms = ("Sore feet", "Fall without injury", "Fall with injury", "Flare of back pain", "Blister")
    for number in range(1, 61):
        name, gain = f"W{number:02}", draw.gauss(0.45, 0.25)
        start = [draw.gauss(62, 14), draw.gauss(44, 11), draw.gauss(900, 260), draw.gauss(5.6, 0.9)]
        start += [draw.lognormvariate(1.6, 0.8), abs(draw.gauss(9, 5))]
        traits = draw.choice(("female", "male")), draw.randint(24, 71), draw.randint(1, 30), draw.randint(51, 104)
        habits = draw.choice(("yes", "no")), draw.choice(("yes", "no", "no")), draw.choice(("none", "some", "much"))
        people.append(",".join(map(str, (name, *traits, *habits))))
        for visit, month in months.items():
            if month and draw.random() < 0.09:
                continue
            share = gain * (1 - math.exp(-month / 3))
            factors = (1 - share, 1 - 0.8 * share, 1 + 0.5 * share, 1 + 0.2 * share, 1 - 0.5 * share, 1 - share)
            values = [max(0.0, v * f * draw.gauss(1, 0.08)) for v, f in zip(start, factors, strict=True)]
            values[4] = max(0.3, values[4])
            shown = [f"{value:.{decimals}f}" for value, decimals in zip(values, (0, 0, 0, 1, 1, 0), strict=True)]
            visits.append(",".join((name, visit, *shown)))
        if draw.random() < 0.3:
            events.append(f"{name},{draw.choice(terms)},{draw.randint(1, 12)}")
    data = {"people.csv": people, "visits.csv": visits, "events.csv": events}
    return write_study(folder, LARGE_STUDY | {file: "\n".join([*lines, ""]) for file, lines in data.items()})
