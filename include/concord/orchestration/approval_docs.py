"""What the Airflow UI says about the DAGs that ask a person."""

from __future__ import annotations

ASK = """\
**Asks about what the guard holds.** A plan over a limit of `systems.yaml` is held; a batch that
holds one starts this DAG, and so does the clock every ten minutes. So do deletions over a limit
that were read, and columns that changed. For each of them it starts one run of
`approve_change_set`, named after its number, so nothing is asked twice.

### When it is red
Nothing is lost: what is held stays held, and the next run asks. The red task's log says why;
`./concord status` lists what is held, `./concord approve` decides without Airflow.

---
**中文** 超出限额的计划、批量删除和表结构变化会被暂停。
本流程为其中每一项启动一个审批流程（approve_change_set），不会重复询问。
"""

APPROVE = """\
**One run is one question**: may this change set be written? Or: are these deletions meant, is
this table to be taken as it is now? It waits under *Required Actions*
until somebody answers there or at the command line, however long that takes, and keeps nothing
else waiting: no other batch, no worker and no slot of a pool.

- **Approve**: all that was planned when the question was asked. The next batch of its lane
  writes it, each record only where it is still as planned.
- **Approve in part**: give an amount in `below`. What has less at stake is approved; `rest` says
  whether the others are asked about again or rejected.
- **Reject**: nothing of it is written. While the values stay as they are it is not planned again.

The answer is kept in the hub with its author, time and comment. What was planned after the
question was asked is asked about again.

### When it is red
The question could not be asked, or the answer could not be kept, because the hub was away. The
change set is still held. Clear the task to ask again, or decide by `./concord approve`.

---
**中文** 每次运行对应一个问题：是否允许写入该变更集。可在“待处理操作”中批准、按金额部分批准或拒绝，
也可使用命令 `./concord approve`。答复人、时间和备注保存在中枢库；等待期间不影响其他处理。
"""

FIND = "Looks into the hub for what is held: change sets, deletions, columns."
START = """\
Starts `approve_change_set` for each. One that was started before is skipped: its run has the
same name.
"""
QUESTION = """\
Waits for the answer under *Required Actions*. Ends by itself when somebody decides at the command
line, or when all writes of the change set were planned anew.
"""

INITIAL_LOAD = """\
**Brings two systems that hold a company already together for the first time.** It reads both,
shows what it found, asks, and then writes until nothing is left to write.

1. *Profile*: how many records there are, match, are there twice, have their match keys, fail the
   suites; and what would be written. Nothing is written to any system.
2. *Approve?* waits under Required Actions, with a link to the profile.
3. *Load* writes in the order of references, batch after batch. The last batch compares
   everything once more.

Prepare the systems first (`./concord systems prepare --run`), and pause the lanes of these entities
until it is approved, or they write within their limits meanwhile.

### When it is red
Clear the red task: it goes on where it stopped, and writes nothing twice. The log's last lines say
what was wrong. The same from a terminal: `./concord initial-load`.

---
**中文** 首次将两个已有数据的系统合并：读取并给出概况（匹配、重复、校验失败、将写入的内容），
经人工批准后按引用顺序写入，直到没有差异。中断后清除红色任务即可从中断处继续，不会重复写入。
"""
READ = "Reads all of **{system}** into the hub's stage, for the profile. Nothing is written there."
PROFILE = """\
Takes in what was read, links both sides, and plans all writes as a dry run: none is made.
"""
MAY_LOAD = (
    "Waits for the answer under *Required Actions*; ends by itself when it is given elsewhere."
)
LOAD_ALL = """\
Writes what was approved in the order of references, batch after batch, until a comparison of
everything finds nothing more to write. More than the profile showed is held and asked about.
"""
