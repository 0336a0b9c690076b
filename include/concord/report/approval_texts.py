"""Every word on the pages for whoever approves, in every language."""

from __future__ import annotations

from collections.abc import Mapping

APPROVAL: Mapping[str, Mapping[str, str]] = {
    "changes.title": {"en": "Change set", "zh": "变更集"},
    "changes.number": {"en": "Change set {n}", "zh": "变更集 {n}"},
    "changes.head.held": {
        "en": "{n} writes to {system} {entity} wait for your decision",
        "zh": "对 {system} {entity} 的 {n} 项写入等待您的决定",
    },
    "changes.head.approved": {
        "en": "{n} writes to {system} {entity} were approved",
        "zh": "对 {system} {entity} 的 {n} 项写入已批准",
    },
    "changes.head.rejected": {
        "en": "{n} writes to {system} {entity} were rejected; none was made",
        "zh": "对 {system} {entity} 的 {n} 项写入已拒绝，均未执行",
    },
    "changes.head.passed": {
        "en": "{n} writes to {system} {entity} passed without a question",
        "zh": "对 {system} {entity} 的 {n} 项写入无需审批，已放行",
    },
    "changes.head.dry_run": {
        "en": "A dry run: {n} writes to {system} {entity}, none was made",
        "zh": "试运行：对 {system} {entity} 的 {n} 项写入，均未执行",
    },
    "changes.head.superseded": {
        "en": "Nothing is left to decide: all writes to {system} {entity} were planned anew",
        "zh": "对 {system} {entity} 的写入均已重新计划，无需再决定",
    },
    "changes.note.held": {
        "en": "Nothing of it was written. Everything else goes on meanwhile.",
        "zh": "尚未写入任何内容，其他处理照常进行。",
    },
    "changes.lane": {"en": "Planned by", "zh": "计划来源"},
    "changes.planned": {"en": "Planned", "zh": "计划时间"},
    "changes.model": {"en": "Version of the model", "zh": "模型版本"},
    "changes.split": {"en": "Left over from", "zh": "拆分自"},
    "changes.rest": {"en": "The rest is in", "zh": "其余部分见"},
    "changes.creates": {"en": "records to create", "zh": "新增记录"},
    "changes.updates": {"en": "records to change", "zh": "修改记录"},
    "changes.deletes": {"en": "records to delete", "zh": "删除记录"},
    "changes.money": {"en": "{currency} at stake", "zh": "涉及金额（{currency}）"},
    "changes.why": {"en": "Why it asks", "zh": "审批原因"},
    "why.deletes": {"en": "{n} deletions; {most} pass", "zh": "{n} 项删除，上限 {most}"},
    "why.money": {
        "en": "{n} {currency} at stake; {most} pass",
        "zh": "涉及金额 {n} {currency}，上限 {most}",
    },
    "why.unpriced": {
        "en": "The money of {n} writes is not known: there is no exchange rate",
        "zh": "{n} 项写入的金额未知：缺少汇率",
    },
    "why.first_load": {
        "en": "A first load: nothing was ever written there",
        "zh": "首次加载：此前从未写入",
    },
    "why.count": {
        "en": "{n} writes; {most} pass, or {share} of {of} records",
        "zh": "{n} 项写入，上限 {most} 项，或 {of} 条记录的 {share}",
    },
    "why.set_back": {
        "en": "{system} was set back to an earlier state; {n} records would get their newer values",
        "zh": "{system} 被恢复到较早状态，{n} 条记录将恢复为较新的值",
    },
    "changes.decided": {"en": "The decision", "zh": "审批结果"},
    "changes.by": {"en": "{who}, {when}", "zh": "{who}，{when}"},
    "changes.part": {"en": "A part of it was decided: {part}", "zh": "仅决定了一部分：{part}"},
    "changes.part.intents": {"en": "single writes: {n}", "zh": "单项写入 {n} 项"},
    "changes.part.below": {
        "en": "less at stake than {money} {currency}",
        "zh": "金额低于 {money} {currency}",
    },
    "changes.became.confirmed": {"en": "written: {n}", "zh": "已写入：{n}"},
    "changes.became.waiting": {"en": "waiting: {n}", "zh": "待写：{n}"},
    "changes.became.rejected": {"en": "rejected: {n}", "zh": "已拒绝：{n}"},
    "changes.became.superseded": {"en": "planned anew: {n}", "zh": "已重新计划：{n}"},
    "changes.became.sent": {"en": "on their way: {n}", "zh": "发送中：{n}"},
    "changes.became.unknown": {"en": "unknown: {n}", "zh": "未知：{n}"},
    "changes.samples": {"en": "What would be written", "zh": "写入内容"},
    "changes.samples.all": {"en": "All {n} writes.", "zh": "全部 {n} 项写入。"},
    "changes.samples.some": {
        "en": "{shown} of {n} writes: of each kind those with most at stake, then the oldest.",
        "zh": "显示 {n} 项中的 {shown} 项：每类按涉及金额和时间排列。",
    },
    "changes.masked": {"en": "changes; not shown here", "zh": "有变更，此处不显示"},
    "changes.blank": {"en": "(blank)", "zh": "（空）"},
    "changes.delete": {"en": "The record is deleted.", "zh": "删除该记录。"},
    "changes.from": {"en": "says {system}", "zh": "依据 {system}"},
    "action.create": {"en": "create", "zh": "新增"},
    "action.update": {"en": "change", "zh": "修改"},
    "action.delete": {"en": "delete", "zh": "删除"},
    "col.write": {"en": "Write", "zh": "写入"},
    "col.old": {"en": "Now", "zh": "现值"},
    "col.new": {"en": "Then", "zh": "新值"},
    "changes.how": {"en": "How to decide", "zh": "如何决定"},
    "changes.how.airflow": {
        "en": "In Airflow under Required Actions, or by one of these commands:",
        "zh": "在 Airflow 的“待处理操作”中决定，或使用以下命令：",
    },
    "changes.foot": {
        "en": "Made by Concord at {when}. Fields with a sensitivity are not shown.",
        "zh": "由 Concord 于 {when} 生成。敏感字段不显示。",
    },
    # The profile of an initial load
    "ready.title": {"en": "Initial load", "zh": "首次加载"},
    "ready.head": {
        "en": "{n} writes would bring both sides into agreement",
        "zh": "需要 {n} 项写入才能使两侧一致",
    },
    "ready.head_none": {"en": "Nothing would be written", "zh": "无需写入"},
    "ready.note": {
        "en": "A dry run: both sides were read and linked, nothing was written.",
        "zh": "试运行：已读取并匹配两侧数据，未写入任何内容。",
    },
    "ready.records": {"en": "records", "zh": "记录"},
    "ready.matched": {"en": "match the other side", "zh": "与另一侧匹配"},
    "ready.doubles": {"en": "there twice", "zh": "重复"},
    "ready.keys": {"en": "have the match key", "zh": "匹配键完整"},
    "ready.found": {"en": "What there is", "zh": "现有数据"},
    "ready.planned": {"en": "What would be written", "zh": "将写入的内容"},
    "ready.failing": {"en": "What fails", "zh": "未通过的检查"},
    "ready.no_failing": {"en": "No rule failed.", "zh": "所有规则均通过。"},
}
