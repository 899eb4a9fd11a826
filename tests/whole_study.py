"""A study that has everything the analysis knows of, in made-up data: scores, limits, responders, rates, families."""

from __future__ import annotations

import random
from pathlib import Path

STUDY = """\
title: Everything at once
data:
  subjects: people.csv
  visits: visits.csv
  adverse_events: events.csv
  exposure_years: years
visits:
  start: {label: Start, month: 0}
  half: {label: Half a year, month: 6}
  end: {label: A year, month: 12}
endpoints:
  tender: {label: tender joints, decimals: 0}
  swollen: {label: swollen joints, decimals: 0}
  crp: {label: CRP, unit: mg/l}
  health: {label: global health, unit: mm, decimals: 0}
  das28: {label: DAS28-CRP, decimals: 2,
          derive: {score: das28_crp, tender_joints: tender, swollen_joints: swollen, crp: crp, global_health: health}}
  ferritin: {label: ferritin, unit: µg/l, scale: log, limit_of_detection: 5}
  interleukin: {label: interleukin 6, unit: pg/ml, decimals: 2}
  grip: {label: grip strength, unit: kg, direction: higher_is_better}
  balance: {label: balance, decimals: 0}
characteristics:
  sex: {label: Sex, categories: {women: f, men: m}}
  age: {label: Age, unit: years}
  steroids_before: {label: Steroids at the start, categories: {yes: "1", no: "0"}}
  steroids_after: {label: Steroids at the end, categories: {yes: "1", no: "0"}}
yes_no_changes:
  steroids: {label: on steroids, before: steroids_before, after: steroids_after}
responses:
  remission: {label: DAS28-CRP below 2.6, endpoint: das28, threshold: 2.6, strict: true}
  eular: {label: EULAR response, endpoint: das28, eular: good_or_moderate}
  eular_good: {label: good EULAR response, endpoint: das28, eular: good}
  undetected: {label: ferritin not detected, endpoint: ferritin, threshold: 5, strict: true}
  calmed: {label: interleukin 6 halved, endpoint: interleukin, improvement_percent: 50}
  stronger: {label: stronger, endpoint: grip, threshold: 30, improvement_percent: 10}
  balanced: {label: balance improved, endpoint: balance, improvement_percent: 20}
analysis:
  method: METHOD
  correction: true
  zero_method: pratt
  alternative: ALTERNATIVE
  conf_level: 0.9
  family: {method: FAMILY, endpoints: [crp, ferritin, grip], visits: [half, end]}
  locf: true
"""


def write(
    folder: Path,
    subjects: int = 14,
    *,
    method: str = "asymptotic",
    alternative: str = "two-sided",
    family: str = "holm",
) -> Path:
    """Write the study, with gaps, ties and values below a limit in its data."""
    chance = random.Random(subjects)
    study = STUDY.replace("METHOD", method).replace("ALTERNATIVE", alternative).replace("FAMILY", family)
    people, rows, events = ["subject_id,sex,age,steroids_before,steroids_after,years"], [], ["subject_id,term,onset"]
    for number in range(subjects):
        who = f"P{number + 1:03d}"
        yes_no = chance.choice("1110"), chance.choice(["1", "0", "0", "0", ""])
        age, years = chance.randint(18, 80), 2 * chance.random()
        people.append(f"{who},{chance.choice('fm')},{age},{','.join(yes_no)},{years:.2f}")
        for step, visit in enumerate(("start", "half", "end")):
            if step and chance.random() < 0.15:
                continue
            ferritin, interleukin = 40 / 5**step * chance.random(), chance.random() / (1 + step)
            cells = [
                chance.randint(0, 28 // (1 + step)),
                chance.randint(0, 20 // (1 + step)),
                f"{chance.lognormvariate(2 - step, 1):.1f}",
                chance.randint(0, 100),
                f"{ferritin:.1f}" if ferritin > 4 else "<5",
                f"{interleukin:.2f}" if interleukin > 0.2 else chance.choice(["<0.2", "<0.1"]),
                f"{chance.gauss(28 + 3 * step, 5):.1f}",
                chance.randint(-1, 4),
            ]
            given = ["" if chance.random() < 0.08 else str(cell) for cell in cells]
            rows.append(",".join([who, visit, *given, ""]))
        if chance.random() < 0.2:
            rows.append(f"{who},end,,,,,,,,,moved away" if not rows[-1].startswith(f"{who},end") else rows.pop())
        for term in ("Rash", "Nausea"):
            events += [f"{who},{term},{chance.choice(['', '1', '2.5'])}"] * chance.choice([0, 0, 1, 2])
    head = "subject_id,visit,tender,swollen,crp,health,ferritin,interleukin,grip,balance,reason"
    (folder / "report").mkdir(parents=True)
    (folder / "report/study.yml").write_text(study, encoding="utf-8")
    for name, lines in (("people", people), ("visits", [head, *rows]), ("events", events)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
