"""What the Airflow UI says about the DAGs and tasks, for someone who sees them the first time."""

from __future__ import annotations

from collections.abc import Iterable

from concord.model.spec import Company, Lane

LANE = """\
**{doc}**

It runs at `{schedule}` ({timezone}){on_change} and should be over within {minutes} minutes.
Entities: {entities}. Schedule, entities and deadline are set in `include/config/lanes.yaml`.

| task | what it does |
| --- | --- |
| `extract_…` | reads what changed in one system since the last time |
| `validate` | checks it; rows that fail go to quarantine, the others go on |
| `unify` | merges it into the golden records and plans what each system lacks |
| `load_…` | writes the plan into one system, each change once |
| `finish` | checks that every row is accounted for, writes the quality report, closes the batch |
{certify}
### When it is red
1. Open the red task's log. The last lines say what is wrong, where, and what to do. `finish` is
   red whenever another task was: look at that one first.
2. A system or the hub that could not be reached was tried several times already. Once it is back
   you need do nothing: **the next run takes up what this one left.** No run has a time window, so
   running, clearing or repeating one is harmless.
3. Wrong configuration or credentials: correct the file, then `./concord check`.
4. A task that stays grey (*scheduled*) may lack its pool, `{pools}`: look at
   Admin → Pools. `./concord up` makes them.

### Where to look
The quality report (what was checked, what failed, which records wait and why) is
`.concord/reports/latest.html`. Records in quarantine: `./concord quarantine list`.

A plan over the limits in `systems.yaml` waits for a person while everything else goes on:
`./concord status` lists it, `./concord approve` and `./concord reject` decide.

### By hand
*Trigger* asks for: **dry_run** (plan and show, write nothing), **systems** and **entities** (take
only these).

---
**中文** 本流程按 `{schedule}`（{timezone}）运行{on_change_zh}，应在 {minutes} 分钟内完成：

- 读取各系统的变化（extract），校验（validate，不合格的行进入隔离区），合并为统一数据（unify），
- 写回各系统（load），最后核对账目并生成质量报告（finish）。

变红时先看红色任务日志的最后几行，其中写明原因和处理办法；系统恢复后无需操作，下一次运行会自动补上。
手动运行、清除或重复运行都不会造成重复数据。质量报告：`.concord/reports/latest.html`。
"""

CERTIFY_ROW = """\
| `certify` | issues certificates for finance: all was compared, the totals agree or why not |
"""

HOUSEKEEPING = """\
**Deletes what is older than {days} days** (`keep_days` in `include/config/company.yaml`) from the
hub: finished batches and their counts, history, reports, stages that a crash left behind. The
golden records, the current images, open quarantine and the audit are never touched.

Airflow's own old rows and log files are not deleted here: tasks have no right to Airflow's
database. Whoever runs Airflow does that once a day, by
`python -m concord.orchestration.upkeep` (`./concord up` and docker-compose.yaml both do).

### When it is red
Nothing is lost, the hub only grows. The log's last lines say why; the next run takes it up.

---
**中文** 删除中枢库中早于 {days} 天的批次、历史和报告；
统一数据、当前映像、未处理的隔离记录和审计不受影响。
Airflow 自身的旧数据由启动程序每天清理。
"""

EXTRACT = """\
Reads from **{system}** what changed since the last batch that was stored (the nightly lane: what
differs by digest) into the hub's stage. Nothing is written to {system}. Red: {system} cannot be
reached or refuses the credentials; the log names its address. Nothing was lost, the next run
reads from the same place again.
"""
VALIDATE = """\
Runs the suites in `expectations/` on what was read. A row that fails goes to quarantine with its
cause and the rest goes on; a failure of the whole batch (far too few rows, a missing column)
holds that entity back. Bad rows alone never turn this task red.
"""
UNIFY = """\
Cleans, links and merges what passed into the golden records, field by field by the authority
rules in `include/config/model`, then plans what each system lacks. A plan over the limits in
`systems.yaml` is held for a person. Sends an asset event for each entity that changed.
"""
LOAD = """\
Writes what is planned for **{system}**, only where the record still is as it was planned on, and
each change once however often this task runs. A record that {system} refuses goes to quarantine;
the others are written.
"""
FINISH = """\
Runs whatever happened before: checks that every row is accounted for, writes the quality report,
drops the stage and closes the batch. It is red when another task was, so that the run is.
"""
CERTIFY = """\
Issues the certificates of the night: that everything was compared (completeness), and that the
totals of ERP, golden records and CRM agree or why not (tie). They are chained, and their head is
added to a file outside the hub. Differences never turn this task red: look at the certificates,
`./concord certificate list`. Red: a system could not be asked, or the head could not be kept;
clear the task once that is corrected, nothing is issued twice.
"""
PRUNE = "Deletes from the hub what is older than the parameter says."


def lane_doc(lane: Lane, company: Company, pools: Iterable[str]) -> str:
    """The page of a lane's DAG; `pools` are those that its tasks need."""
    return LANE.format(
        doc=lane.doc or lane.name,
        schedule=lane.schedule,
        timezone=company.timezone,
        on_change=", within seconds of a change in a system," if lane.on_change else "",
        on_change_zh="，系统有变化时也会在数秒内启动" if lane.on_change else "",
        pools="`, `".join(pools),
        certify=CERTIFY_ROW if lane.scope == "full" else "",
        minutes=lane.deadline_minutes,
        entities=", ".join(lane.entities),
    )
