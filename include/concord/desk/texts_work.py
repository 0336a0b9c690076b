"""The words of the pages on which people decide."""

from __future__ import annotations

from collections.abc import Mapping

WORK: Mapping[str, Mapping[str, str]] = {
    "order": {"en": "Order", "zh": "排序"},
    "order.money": {"en": "most at stake first", "zh": "金额从高到低"},
    "order.age": {"en": "oldest first", "zh": "最早优先"},
    "order.closed": {"en": "decided ones, newest first", "zh": "已处理（最新优先）"},
    "entity": {"en": "Entity", "zh": "实体"},
    "hidden": {"en": "hidden from you", "zh": "无权查看"},
    "blank": {"en": "empty", "zh": "空"},
    "gone": {"en": "gone", "zh": "已删除"},
    "comment": {"en": "Comment", "zh": "备注"},
    "comment.needed": {"en": "Comment (needed)", "zh": "备注（必填）"},
    "decide": {"en": "Decide", "zh": "确定"},
    "decide.note": {
        "en": "Final at once, and kept with your name. In effect with the next fast batch.",
        "zh": "立即生效并记录您的姓名，随下一个快速批次执行。",
    },
    "decide.not_you": {
        "en": "You may look at this and not decide it: that needs the right to edit Concord's "
        "DAGs.",
        "zh": "您可以查看但不能决定：需要编辑 Concord DAG 的权限。",
    },
    "decided": {"en": "Decided", "zh": "决定"},
    "decided.by": {"en": "by {who} on {when}", "zh": "{who}，{when}"},
    "decided.proposal": {
        "en": "Proposed as a rule: task {n}",
        "zh": "已提议为规则：任务 {n}",
    },
    "effect.waiting": {
        "en": "Waiting for the next batch; this page looks again by itself.",
        "zh": "等待下一批次；本页会自动刷新。",
    },
    "effect.applied": {
        "en": "Applied in batch {batch}, {when}.",
        "zh": "已在批次 {batch} 执行，{when}。",
    },
    "effect.none": {"en": "Nothing follows from it.", "zh": "无后续动作。"},
    "effect.confirmed": {"en": "confirmed", "zh": "已确认"},
    "effect.agrees": {"en": "says the same already", "zh": "已一致"},
    "effect.differs": {"en": "still says something else", "zh": "仍不一致"},
    "effect.rejected": {"en": "refused it", "zh": "已拒绝"},
    "effect.superseded": {
        "en": "planned anew, as the record changed",
        "zh": "记录有变，已重新计划",
    },
    "effect.on_the_way": {"en": "on its way", "zh": "在途"},
    "effect.sent": {"en": "sent", "zh": "已发送"},
    "effect.unknown": {"en": "answer lost, being looked up", "zh": "应答丢失，正在查证"},
    # Reviews
    "review.kind": {"en": "Kind", "zh": "类型"},
    "review.task": {"en": "Task", "zh": "任务"},
    "review.about": {"en": "About", "zh": "内容"},
    "review.since": {"en": "Since", "zh": "始于"},
    "review.decided": {"en": "Decided", "zh": "决定"},
    "review.system": {"en": "System", "zh": "系统"},
    "review.record": {"en": "The record", "zh": "查看记录"},
    "review.number": {"en": "Task {n}", "zh": "任务 {n}"},
    "review.none": {"en": "Nothing like that waits for you.", "zh": "没有此类待办。"},
    "review.proposal": {"en": "a rule that was proposed", "zh": "提议的规则"},
    "review.write_back": {"en": "a correction to write back", "zh": "待写回的更正"},
    "review.sides": {"en": "Side by side", "zh": "并排对比"},
    "review.sides.note": {
        "en": "In bold what was typed there; under it what was there before and what is there now.",
        "zh": "粗体为在该系统中录入的值；其下为此前的值和现在的值。",
    },
    "review.base": {"en": "before:", "zh": "此前："},
    "review.now": {"en": "now:", "zh": "现在："},
    "review.sides.now": {"en": "What each side says now", "zh": "各方现在的值"},
    "conflict.was": {"en": "What stood against what", "zh": "当时的冲突"},
    "conflict.number": {"en": "Conflict {n}", "zh": "冲突 {n}"},
    "conflict.values": {"en": "Values", "zh": "值"},
    "conflict.base": {"en": "Before", "zh": "此前"},
    "conflict.lost": {"en": "Gave way", "zh": "未采纳"},
    "conflict.won": {"en": "Counted", "zh": "生效"},
    "conflict.now": {"en": "Golden record now", "zh": "统一记录现值"},
    "conflict.unknown": {"en": "not known", "zh": "未知"},
    "conflict.by": {"en": "Settled by", "zh": "依据"},
    "conflict.at": {"en": "On", "zh": "时间"},
    "conflict.open": {"en": "waits for a person", "zh": "待人工决定"},
    "conflict.decided": {"en": "a person decided", "zh": "已人工决定"},
    "conflict.asked": {"en": "a person was asked", "zh": "已询问人工"},
    "conflict.unasked": {"en": "nobody was asked", "zh": "无需询问"},
    "conflict.all": {"en": "All of this record", "zh": "该记录的全部冲突"},
    "conflict.others": {"en": "Conflicts of batch {n}", "zh": "批次 {n} 的冲突"},
    "conflict.nothing": {"en": "There is none like that.", "zh": "没有符合条件的冲突。"},
    "review.changed": {"en": "changed", "zh": "变更"},
    "review.same": {"en": "{n} fields on which all agree", "zh": "{n} 个一致的字段"},
    "review.detail": {"en": "What is known", "zh": "已知信息"},
    "review.choose": {"en": "Your decision", "zh": "您的决定"},
    "review.which": {"en": "which record", "zh": "选择记录"},
    "review.always": {"en": "always so: propose it as a rule", "zh": "今后都如此：提议为规则"},
    "review.closed": {
        "en": "Closed by itself, {when}: the question is gone.",
        "zh": "问题已消失，于 {when} 自动关闭。",
    },
    "review.help.conflict": {
        "en": "Both sides changed this since they last agreed. Until you decide, the golden "
        "value stays.",
        "zh": "自上次一致以来两侧都改过。决定之前保留统一值。",
    },
    "review.help.match": {
        "en": "This record has the keys of more than one golden record. Say which it is, or that "
        "it is none.",
        "zh": "该记录与多条统一记录的键相符。请指明是哪一条，或都不是。",
    },
    "review.help.double": {
        "en": "One system holds this more than once; only the first is written to.",
        "zh": "同一系统中有多条；只会写入第一条。",
    },
    "review.help.mass_deletion": {
        "en": "More records are gone at once than the limit allows. Nothing was deleted "
        "elsewhere yet.",
        "zh": "一次消失的记录超过上限。其他系统尚未删除任何内容。",
    },
    "review.deletions": {"en": "{n} deletions", "zh": "{n} 条删除"},
    "detail.deletions": {"en": "Deletions", "zh": "删除数量"},
    "detail.why": {"en": "Why", "zh": "原因"},
    "review.help.set_back": {
        "en": "The system holds an earlier state than it did: a backup may have been restored.",
        "zh": "系统处于更早的状态：可能恢复过备份。",
    },
    "review.help.schema": {
        "en": "Columns of this table changed; fields that need them are not used until you accept.",
        "zh": "该表的列有变化；接受之前不使用相关字段。",
    },
    "review.help.undo": {
        "en": "A person changed this after the change set that was taken back; it was left as it "
        "is.",
        "zh": "撤销的变更集之后有人改过此值，因此保持原样。",
    },
    "review.help.proposal": {
        "en": "A steward wants this to be decided so always. An engineer writes it into the "
        "model file.",
        "zh": "管理员希望今后都这样决定。由工程师写入模型文件。",
    },
    "review.help.write_back": {
        "en": "A correction of a quarantined record, to be taken and written into its own system.",
        "zh": "对隔离记录的更正，采纳后写回其来源系统。",
    },
    "review.help.tie": {
        "en": "Totals differ and nothing explains it. It closes by itself when they agree again.",
        "zh": "总额不一致且原因不明。一致后会自动关闭。",
    },
    "choice.system": {
        "en": "take the value of {system}; it goes to all systems",
        "zh": "采用 {system} 的值，写入所有系统",
    },
    "choice.golden": {
        "en": "keep the golden value; systems that differ get it",
        "zh": "保留统一值，写入不一致的系统",
    },
    "choice.own": {
        "en": "another value, which goes to all systems",
        "zh": "填写其他值，写入所有系统",
    },
    "choice.before": {"en": "the value before the change set", "zh": "恢复为变更集之前的值"},
    "choice.leave": {
        "en": "write nothing and close the question; say why in the comment",
        "zh": "不写入任何内容，关闭问题；请在备注中说明原因",
    },
    "choice.same": {"en": "it is this golden record", "zh": "就是这条统一记录"},
    "choice.apart": {"en": "it is something else; do not ask again", "zh": "不是同一个；不再询问"},
    "choice.merge": {
        "en": "they are one: to be merged in their system",
        "zh": "是同一个：应在其系统中合并",
    },
    "choice.agree": {"en": "they are gone on purpose", "zh": "是有意删除的"},
    "choice.refuse": {
        "en": "they are a mistake: the records stay everywhere else, and these are not asked "
        "about again",
        "zh": "这是误删：其他系统保留记录，且不再就此询问",
    },
    "choice.accept": {"en": "accept it as it is now", "zh": "接受当前状态"},
    "choice.give_back": {
        "en": "give the system its newer values again",
        "zh": "把较新的值写回该系统",
    },
    "choice.again": {"en": "evaluate the rule again", "zh": "重新执行规则"},
    "choice.approve": {"en": "approve", "zh": "批准"},
    "choice.reject": {"en": "reject", "zh": "拒绝"},
    "choice.delete": {
        "en": "it is gone: delete it in the other systems too",
        "zh": "已删除：其他系统也删除",
    },
    "choice.keep": {"en": "it lives on where it is", "zh": "保留现有记录"},
    "set.part": {"en": "approve in part", "zh": "部分批准"},
    "set.below": {"en": "Less at stake than, {currency}", "zh": "金额低于（{currency}）"},
    "set.actions": {"en": "Only", "zh": "仅"},
    "set.ticked": {
        "en": "Or tick single writes below. All conditions that you give must hold.",
        "zh": "或在下方勾选单项写入。所给条件须同时满足。",
    },
    "set.rest": {"en": "The rest is", "zh": "其余部分"},
    "set.rest.held": {"en": "asked about again", "zh": "继续等待"},
    "set.rest.rejected": {"en": "rejected", "zh": "拒绝"},
    # Quarantine
    "quarantine.by_cause": {"en": "By cause", "zh": "按原因"},
    "quarantine.one_by_one": {"en": "One by one", "zh": "逐条"},
    "group.waiting": {"en": "{n} sent again", "zh": "{n} 条已重发"},
    "group.refused": {"en": "refused write", "zh": "写入被拒"},
    "group.alone": {"en": "{n} with no other cause", "zh": "其中 {n} 条仅此原因"},
    "group.values": {"en": "What they say", "zh": "它们的值"},
    "group.value": {"en": "Value", "zh": "值"},
    "group.all": {"en": "For all of them: {n}", "zh": "针对全部 {n} 条"},
    "group.right": {"en": "Right value", "zh": "正确的值"},
    "fix": {"en": "Save and send again", "zh": "保存并重发"},
    "fix.all": {"en": "Correct {n}", "zh": "更正 {n} 条"},
    "fix.all.note": {
        "en": "Stored unchecked. To see whether it passes, open one record and check it there.",
        "zh": "保存时不检查。想先知道能否通过，请打开其中一条按规则检查。",
    },
    "fix.note": {
        "en": "Saved, the next batch judges the record with your values, and takes them if they "
        "hold.",
        "zh": "保存后，下一批次按您的值重新校验，通过即采纳。",
    },
    "try": {"en": "Check by the rules", "zh": "按规则检查"},
    "try.passes": {
        "en": "With these values the next batch would take it.",
        "zh": "按这些值，下一批次会采纳。",
    },
    "try.fails": {
        "en": "With these values it would stay here:",
        "zh": "按这些值，仍会留在隔离区：",
    },
    "write_back": {"en": "Ask to write it back", "zh": "申请写回"},
    "write_back.note": {
        "en": "Written back, the correction also goes into the record's own system, after "
        "approval.",
        "zh": "写回时，更正经批准后也会写入来源系统。",
    },
    "replay": {"en": "Send again", "zh": "重发"},
    "replay.note": {
        "en": "Sent again, it is judged as it is now in its system.",
        "zh": "重发则按来源系统的当前值重新校验。",
    },
    "dismiss": {"en": "Dismiss", "zh": "忽略"},
    "dismiss.code": {"en": "Because it is", "zh": "原因"},
    "dismiss.reason": {"en": "In your words", "zh": "说明"},
    "dismiss.note": {
        "en": "It is not taken. It comes back here when it changes and still fails.",
        "zh": "该记录不会被采纳；若其变化后仍不合格会再次出现。",
    },
    "dismiss.test_data": {"en": "test data", "zh": "测试数据"},
    "dismiss.obsolete": {"en": "no longer used", "zh": "已不再使用"},
    "dismiss.duplicate": {"en": "there already", "zh": "重复"},
    "dismiss.irrelevant": {"en": "of no use to the other side", "zh": "对方不需要"},
    "dismiss.accepted": {"en": "right as it is, whatever the rule says", "zh": "本身无误"},
    "dismiss.other": {"en": "something else", "zh": "其他"},
    "bulk.done": {"en": "Stored: {n}", "zh": "已处理 {n} 条"},
    "bulk.fix": {
        "en": "The next batch judges them with the value you gave; what still fails comes back.",
        "zh": "下一批次按您给的值重新校验；仍不合格的会回到隔离区。",
    },
    "bulk.replay": {"en": "The next batch judges them again.", "zh": "下一批次重新校验。"},
    "bulk.dismiss": {"en": "They are not taken.", "zh": "不再采纳。"},
    "bulk.left": {"en": "{n} were left alone", "zh": "{n} 条未处理"},
    "entry.open": {"en": "waits for a person", "zh": "待处理"},
    "entry.replay": {"en": "sent again", "zh": "已重发"},
    "entry.healed": {"en": "taken", "zh": "已采纳"},
    "entry.dismissed": {"en": "dismissed", "zh": "已忽略"},
    "entry.replay.note": {
        "en": "The next batch judges it. Open this page again in a minute to see what became of "
        "it.",
        "zh": "下一批次会重新校验。一分钟后重新打开本页查看结果。",
    },
    "entry.healed.note": {
        "en": "It passed and was taken. Batch {batch} was the last in which it failed.",
        "zh": "已通过并采纳。最后一次不合格是在批次 {batch}。",
    },
    "entry.arrived": {
        "en": "What each system got of it",
        "zh": "查看各系统写入情况",
    },
    "entry.failed_again": {
        "en": "The last correction did not pass either: batch {batch} judged it. It stands in the "
        "fields below.",
        "zh": "上次的更正也未通过（批次 {batch}）。其值仍在下面的字段中。",
    },
    "entry.values": {"en": "Values", "zh": "值"},
    "entry.others": {"en": "{n} other columns", "zh": "其他 {n} 列"},
    "entry.raw": {"en": "as the system has it:", "zh": "系统中的值："},
    "entry.too_long": {
        "en": "{n} characters: too long to edit here. Correct it in its own system.",
        "zh": "共 {n} 个字符，过长，无法在此编辑。请在来源系统中更正。",
    },
    "needs.values": {"en": "a value", "zh": "填写的值"},
    "needs.record": {"en": "a record", "zh": "指明的记录"},
    "needs.comment": {"en": "a comment", "zh": "备注"},
    "allowed": {
        "en": "{n} values are allowed (code list {codes})",
        "zh": "允许 {n} 个值（代码表 {codes}）",
    },
    "allowed.many": {
        "en": "{n} values are allowed (code list {codes}): empty the field, then type how one "
        "begins.",
        "zh": "允许 {n} 个值（代码表 {codes}）：清空该字段，输入开头即可选择。",
    },
    "allowed.see": {"en": "what is allowed", "zh": "查看允许的值"},
    "exposure.parts": {
        "en": "orders {ordered}, receivables {receivable}",
        "zh": "订单 {ordered}，应收 {receivable}",
    },
    "undo.link": {"en": "Take it back …", "zh": "撤销……"},
    "undo": {"en": "Take it back", "zh": "撤销"},
    "undo.title": {"en": "Take change set {n} back?", "zh": "撤销变更集 {n}？"},
    "undo.done": {"en": "Change set {n} was taken back", "zh": "变更集 {n} 已撤销"},
    "undo.note": {
        "en": "Old values are written only where nobody changed them since; what was changed "
        "since goes"
        " to Reviews.",
        "zh": "仅当此后无人修改时才写回旧值；此后有人改过的转入待审。",
    },
    "undo.whole": {
        "en": "The whole change set is taken back, not one record of it.",
        "zh": "撤销的是整个变更集，而不只是其中一条记录。",
    },
    "undo.done.note": {
        "en": "The next batch writes it; each record's page says when its systems confirmed.",
        "zh": "由下一批次写入；各记录的页面显示系统何时确认。",
    },
    "undo.restored": {"en": "values get back", "zh": "个值恢复"},
    "undo.changed_since": {"en": "changed since: to Reviews", "zh": "此后被改：转待审"},
    "undo.deleted": {"en": "new records deleted", "zh": "条新记录删除"},
    "undo.made_again": {"en": "deleted records made again", "zh": "条已删记录重建"},
    "undo.kept": {"en": "new records that stay", "zh": "条新记录保留"},
    "undo.steps": {"en": "What would change", "zh": "将发生的变化"},
    "undo.becomes": {"en": "What becomes of it", "zh": "结果"},
    "undo.becomes.restored": {"en": "gets back", "zh": "恢复"},
    "undo.becomes.asked": {"en": "changed since: a person is asked", "zh": "此后被改：转待审"},
    "undo.becomes.deleted": {"en": "the record is deleted", "zh": "删除该记录"},
    "undo.becomes.made_again": {"en": "the record is made again", "zh": "重建该记录"},
    "undo.becomes.kept": {"en": "the record stays", "zh": "保留该记录"},
    "undo.reviews": {"en": "To these reviews", "zh": "查看这些待审"},
    # Record
    "search.by": {"en": "Found by", "zh": "依据"},
    "search.none": {
        "en": "Nothing was found. Try its number, its e-mail address, or how its name begins.",
        "zh": "没有找到。请尝试编号、邮箱或名称开头。",
    },
    "search.short": {
        "en": "Nothing has that as its key. For names, type two letters at least.",
        "zh": "没有以此为键的记录。按名称查找请至少输入两个字符。",
    },
    "search.how": {
        "en": "Any key of any record: a number, an e-mail address, a tax number, a system's own"
        " key; or how"
        " a name begins.",
        "zh": "可输入任意键：编号、邮箱、税号、系统自身的键，或名称开头。",
    },
    "steward": {"en": "a steward,", "zh": "管理员"},
    "record.values": {"en": "Values, and why they are so", "zh": "各值及其来源"},
    "record.blank": {
        "en": "{n} fields on which nobody says anything",
        "zh": "{n} 个字段各方均无值",
    },
    "record.from": {"en": "From", "zh": "来自"},
    "record.rule": {"en": "By the rule", "zh": "依据规则"},
    "record.since": {"en": "Since", "zh": "始于"},
    "record.lost": {"en": "Others said", "zh": "其他值"},
    "record.links": {"en": "Where it is", "zh": "所在系统"},
    "record.seen": {"en": "Last read in", "zh": "最近读取"},
    "record.updated": {"en": "Changed", "zh": "更新"},
    "record.version": {"en": "Version", "zh": "版本"},
    "record.id": {"en": "Golden id", "zh": "统一编号"},
    "record.writes": {"en": "What was written where", "zh": "写入情况"},
    "record.writes.none": {"en": "Nothing was written of it.", "zh": "没有写入。"},
    "record.set": {"en": "what else it wrote", "zh": "同批其他写入"},
    "record.history": {"en": "History", "zh": "历史"},
    "record.as_of": {"en": "As it was at", "zh": "查看时点"},
    "record.not_yet": {"en": "It was not there yet.", "zh": "当时尚不存在。"},
    "record.fields": {"en": "{n} fields", "zh": "{n} 个字段"},
}
