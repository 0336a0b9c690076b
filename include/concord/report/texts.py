"""Every word on the page, in every language that it speaks.

A text may hold places such as `{n}`; all languages of a key hold the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES: Mapping[str, tuple[str, str]] = {"en": ("en", "English"), "zh": ("zh-Hans", "中文")}
"""Language -> its BCP 47 tag and its own name; the first is shown first."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    "title": {"en": "Quality report", "zh": "数据质量报告"},
    "language": {"en": "Language", "zh": "语言"},
    "batch": {"en": "Batch {n}", "zh": "批次 {n}"},
    "scope.delta": {"en": "what changed", "zh": "增量"},
    "scope.full": {"en": "everything", "zh": "全量"},
    "lane": {"en": "Lane", "zh": "通道"},
    "systems": {"en": "Systems", "zh": "系统"},
    "started": {"en": "Started", "zh": "开始时间"},
    "took": {"en": "Took", "zh": "用时"},
    "run": {"en": "Run", "zh": "运行"},
    # The headline
    "head.agree": {"en": "Both sides agree", "zh": "两侧数据一致"},
    "head.quiet": {
        "en": "Nothing had changed, and both sides agree",
        "zh": "没有变更，两侧数据一致",
    },
    "head.except": {
        "en": "Both sides agree, except for what waits below",
        "zh": "除下列待处理项外，两侧数据一致",
    },
    "head.apart": {
        "en": "Not in agreement: {n} planned writes have not arrived",
        "zh": "尚未一致：有 {n} 项计划写入未到达",
    },
    "head.held": {
        "en": "Not in agreement: an entity was held back",
        "zh": "尚未一致：有实体被暂停",
    },
    "head.dry": {
        "en": "A dry run: {n} writes were planned and none was made",
        "zh": "试运行：计划了 {n} 项写入，均未执行",
    },
    "head.failed": {"en": "The batch failed", "zh": "批次失败"},
    "head.open": {"en": "The batch is still running", "zh": "批次仍在运行"},
    "head.failed_note": {
        "en": "Nothing is left half-written. The next batch begins where this one did.",
        "zh": "没有写了一半的数据。下一批次将从同一位置开始。",
    },
    "head.delta_note": {
        "en": "This batch looked at what changed since the one before it; the nightly one compares"
        " everything.",
        "zh": "本批次只检查自上一批次以来的变更；夜间批次会全量比对。",
    },
    "head.full_note": {
        "en": "This batch compared {n} records on both sides.",
        "zh": "本批次比对了两侧共 {n} 条记录。",
    },
    # Key figures
    "figure.read": {"en": "records read", "zh": "读取记录"},
    "figure.accepted": {"en": "changes taken", "zh": "采纳变更"},
    "figure.confirmed": {"en": "writes confirmed", "zh": "确认写入"},
    "figure.quarantine": {"en": "in quarantine", "zh": "隔离中"},
    "figure.parked": {"en": "waiting for others", "zh": "等待引用"},
    # What waits
    "todo": {"en": "What waits", "zh": "待处理事项"},
    "todo.none": {"en": "Nothing.", "zh": "无。"},
    "todo.quarantine": {
        "en": "{n} records in quarantine: correct, replay or dismiss them.",
        "zh": "{n} 条记录在隔离区：请更正、重放或忽略。",
    },
    "todo.held_set": {
        "en": "Change set {number} is held: {writes} writes to {system} {entity} ({why}).",
        "zh": "变更集 {number} 被暂停：对 {system} {entity} 的 {writes} 项写入（{why}）。",
    },
    "todo.held": {
        "en": "{system} {entity} is held back: {why}",
        "zh": "{system} {entity} 已暂停：{why}",
    },
    "todo.stopped": {
        "en": "Field {field} of {system} {entity} is not used: {why}",
        "zh": "{system} {entity} 的字段 {field} 未使用：{why}",
    },
    "todo.reviews": {"en": "Open tasks: {n} × {kind}", "zh": "待办任务：{kind} × {n}"},
    "todo.unfinished": {
        "en": "{n} planned writes are on their way; the next batch goes on with them.",
        "zh": "{n} 项计划写入尚未完成，下一批次将继续。",
    },
    "todo.parked": {
        "en": "{n} records of {system} {entity} wait for the record they refer to; they wake by "
        "themselves.",
        "zh": "{system} {entity} 有 {n} 条记录在等待其引用的记录，到达后会自动处理。",
    },
    "review.match": {"en": "a match to decide", "zh": "匹配待定"},
    "review.double": {"en": "doubles to decide", "zh": "疑似重复待定"},
    "review.conflict": {"en": "a conflict to decide", "zh": "冲突待定"},
    "review.change_set": {"en": "a change set to approve", "zh": "变更集待批准"},
    "review.schema": {"en": "a changed table to look at", "zh": "表结构变化待查看"},
    "review.rule": {"en": "a rule that fails", "zh": "业务规则失败待处理"},
    "review.mass_deletion": {"en": "deletions to approve", "zh": "批量删除待批准"},
    # The books
    "books": {"en": "The books", "zh": "账目核对"},
    "books.read": {
        "en": "Every record that was read is accounted for.",
        "zh": "读取的每条记录都有去向。",
    },
    "books.write": {
        "en": "Every write that was planned is accounted for.",
        "zh": "计划的每项写入都有结果。",
    },
    "books.no_read": {"en": "Nothing was read.", "zh": "没有读取记录。"},
    "books.no_write": {"en": "No write was planned.", "zh": "没有计划写入。"},
    "books.idle": {"en": "Tables without anything new: {n}.", "zh": "没有新内容的表：{n} 张。"},
    "books.balanced": {"en": "adds up", "zh": "平衡"},
    "books.unbalanced": {"en": "does not add up", "zh": "不平衡"},
    "books.unfinished": {"en": "not finished", "zh": "未完成"},
    "books.sum": {"en": "Sum", "zh": "合计"},
    "col.table": {"en": "Table", "zh": "数据表"},
    "col.check": {"en": "Check", "zh": "核对"},
    "count.read": {"en": "read", "zh": "读取"},
    "count.unchanged": {"en": "unchanged", "zh": "未变"},
    "count.accepted": {"en": "taken", "zh": "采纳"},
    "count.quarantined": {"en": "quarantined", "zh": "隔离"},
    "count.parked": {"en": "parked", "zh": "等待"},
    "count.duplicate_in_batch": {"en": "read twice", "zh": "重复"},
    "count.older": {"en": "older", "zh": "过时"},
    "count.set_back": {"en": "set back", "zh": "被回退"},
    "count.held": {"en": "held", "zh": "暂停"},
    "count.planned": {"en": "planned", "zh": "计划"},
    "count.confirmed": {"en": "confirmed", "zh": "确认"},
    "count.superseded": {"en": "superseded", "zh": "已作废"},
    "count.rejected": {"en": "rejected", "zh": "被拒"},
    "count.waiting": {"en": "waiting", "zh": "待写"},
    "count.unknown": {"en": "unknown", "zh": "未知"},
    # Quarantine
    "quarantine": {"en": "Records in quarantine", "zh": "隔离区记录"},
    "quarantine.none": {"en": "No record is in quarantine.", "zh": "隔离区没有记录。"},
    "quarantine.note": {
        "en": "As of {when}. Keys and causes only; the values are in the hub.",
        "zh": "截至 {when}。仅列出主键和原因；数值保存在中枢库。",
    },
    "quarantine.of_batch": {"en": "of this batch", "zh": "本批次"},
    "quarantine.more": {"en": "and {n} more:", "zh": "另有 {n} 条："},
    "col.entry": {"en": "Entry", "zh": "编号"},
    "col.record": {"en": "Record", "zh": "记录"},
    "col.why": {"en": "Must hold, and does not", "zh": "应满足而未满足"},
    "col.owner": {"en": "Owner", "zh": "负责人"},
    "col.since": {"en": "Since", "zh": "起始"},
    "state.replay": {"en": "will be sent again", "zh": "等待重放"},
    "side.write": {"en": "refused by {system}", "zh": "被 {system} 拒绝"},
    # Rules
    "rules": {"en": "What was checked", "zh": "检查内容"},
    "rules.none": {
        "en": "Nothing was checked: no records were read.",
        "zh": "未读取记录，无需检查。",
    },
    "rules.sum": {
        "en": "{rules} rules over {tables} tables; {failed} failed.",
        "zh": "{tables} 张表，{rules} 条规则，{failed} 条未通过。",
    },
    "rules.held": {"en": "{n} rules hold", "zh": "{n} 条规则通过"},
    "rules.failed_of": {"en": "{failed} of {checked}", "zh": "{failed} / {checked}"},
    "rules.seen": {"en": "seen: {seen}", "zh": "实际：{seen}"},
    "rules.not_read": {"en": "not checked, the column was not read", "zh": "未检查，该列未读取"},
    "col.rule": {"en": "Rule", "zh": "规则"},
    "col.severity": {"en": "Severity", "zh": "级别"},
    "col.failed": {"en": "Failed", "zh": "未通过"},
    "severity.critical": {"en": "critical", "zh": "严重"},
    "severity.warning": {"en": "warning", "zh": "警告"},
    "severity.info": {"en": "info", "zh": "提示"},
    "severity.note": {
        "en": "Critical sets the record aside, or holds the entity back where the rule is about"
        " the whole batch. Warnings are counted and pass.",
        "zh": "严重：记录进入隔离区；若规则针对整个批次，则暂停该实体。警告：计数并放行。",
    },
    "level.batch": {"en": "whole batch", "zh": "整批"},
    # Change sets and conflicts
    "sets": {"en": "Planned changes", "zh": "计划的变更"},
    "sets.state.passed": {"en": "passed", "zh": "放行"},
    "sets.state.held": {"en": "held", "zh": "暂停"},
    "sets.state.approved": {"en": "approved", "zh": "已批准"},
    "sets.state.rejected": {"en": "rejected", "zh": "已拒绝"},
    "sets.state.dry_run": {"en": "dry run", "zh": "试运行"},
    "sets.state.superseded": {"en": "planned anew", "zh": "已重新计划"},
    "col.set": {"en": "Change set", "zh": "变更集"},
    "col.state": {"en": "State", "zh": "状态"},
    "col.creates": {"en": "create", "zh": "新增"},
    "col.updates": {"en": "update", "zh": "更新"},
    "col.deletes": {"en": "delete", "zh": "删除"},
    "col.reason": {"en": "Why", "zh": "原因"},
    "conflicts": {"en": "Conflicts", "zh": "冲突"},
    "conflicts.none": {"en": "None in this batch.", "zh": "本批次没有冲突。"},
    "conflicts.note": {
        "en": "Changes by people that met another one, or had no authority. Both values are kept.",
        "zh": "人工修改之间的冲突，或无权限的修改。双方数值均已保留。",
    },
    "col.field": {"en": "Field or group", "zh": "字段或组"},
    "col.kind": {"en": "Kind", "zh": "类型"},
    "col.number": {"en": "Number", "zh": "数量"},
    "col.undecided": {"en": "To decide", "zh": "待定"},
    "conflict.both_changed": {"en": "both sides changed it", "zh": "两侧都修改了"},
    "conflict.no_authority": {
        "en": "changed by the side without authority",
        "zh": "无权限的一侧修改了",
    },
    "conflict.first_link": {"en": "differed when first linked", "zh": "首次关联时不同"},
    "conflict.blank": {"en": "emptied, which does not count", "zh": "被清空，不生效"},
    # Trend and timing
    "trend": {"en": "The last {n} batches of this lane", "zh": "本通道最近 {n} 个批次"},
    "trend.read": {"en": "Records read", "zh": "读取记录"},
    "trend.quarantined": {"en": "Quarantined", "zh": "隔离"},
    "trend.confirmed": {"en": "Writes confirmed", "zh": "确认写入"},
    "trend.seconds": {"en": "Seconds", "zh": "用时（秒）"},
    "trend.most": {"en": "highest {n}", "zh": "最高 {n}"},
    "trend.failed": {"en": "A red mark below is a failed batch.", "zh": "下方红色标记为失败批次。"},
    "timing": {"en": "Where the time went", "zh": "用时分布"},
    "step.extract": {"en": "extract", "zh": "抽取"},
    "step.validate": {"en": "validate", "zh": "校验"},
    "step.unify": {"en": "unify", "zh": "合并"},
    "step.check_golden": {"en": "check golden", "zh": "校验主数据"},
    "step.rules": {"en": "rules", "zh": "业务规则"},
    "step.check_given": {"en": "check what rules gave", "zh": "校验规则结果"},
    "step.plan": {"en": "plan", "zh": "计划"},
    "step.load": {"en": "load", "zh": "写回"},
    "step.finish": {"en": "finish", "zh": "收尾"},
    "step.running": {"en": "running", "zh": "运行中"},
    "step.failed": {"en": "failed", "zh": "失败"},
    "step.tries": {"en": "try {n}", "zh": "第 {n} 次"},
    "col.step": {"en": "Step", "zh": "步骤"},
    "col.seconds": {"en": "Seconds", "zh": "秒"},
    # Names of things
    "system.golden": {"en": "golden", "zh": "主数据"},
    "system.rules": {"en": "rules", "zh": "业务规则"},
    "entity.party": {"en": "party", "zh": "客户"},
    "entity.contact": {"en": "contact", "zh": "联系人"},
    "entity.address": {"en": "address", "zh": "地址"},
    "entity.availability": {"en": "availability", "zh": "可承诺量"},
    "entity.bill_of_materials": {"en": "bill of materials", "zh": "物料清单"},
    "entity.contract": {"en": "contract", "zh": "合同"},
    "entity.exchange_rate": {"en": "exchange rate", "zh": "汇率"},
    "entity.inbound": {"en": "expected receipt", "zh": "预计到货"},
    "entity.invoice": {"en": "invoice", "zh": "发票"},
    "entity.lead": {"en": "lead", "zh": "线索"},
    "entity.opportunity": {"en": "opportunity", "zh": "商机"},
    "entity.payment": {"en": "payment", "zh": "收付款"},
    "entity.price": {"en": "price", "zh": "价格"},
    "entity.price_list": {"en": "price list", "zh": "价目表"},
    "entity.product": {"en": "product", "zh": "产品"},
    "entity.production_order": {"en": "production order", "zh": "生产订单"},
    "entity.purchase_requisition": {"en": "purchase requisition", "zh": "采购申请"},
    "entity.quote": {"en": "quote", "zh": "报价单"},
    "entity.reservation": {"en": "reservation", "zh": "预留"},
    "entity.sales_order": {"en": "sales order", "zh": "销售订单"},
    "entity.shipment": {"en": "shipment", "zh": "发货单"},
    "entity.stock_level": {"en": "stock level", "zh": "库存"},
    "entity.ticket": {"en": "ticket", "zh": "工单"},
    "entity.warehouse": {"en": "warehouse", "zh": "仓库"},
    "foot": {
        "en": "Made by Concord at {when}. Holds no value of any record, only keys.",
        "zh": "由 Concord 于 {when} 生成。除主键外不含任何记录内容。",
    },
}

RULES: Mapping[str, Mapping[str, str]] = {
    "control_character": {
        "en": "Text holds no control characters", "zh": "文本不含控制字符",
    },
    "fix_readable": {
        "en": "A correction can be read as its column's type", "zh": "更正值符合列的类型",
    },
    "not_a_boolean": {"en": "The value is a yes or a no", "zh": "值为是或否"},
    "not_a_date": {
        "en": "The value is a date in this system's form", "zh": "值符合该系统的日期格式",
    },
    "not_a_number": {
        "en": "The value is a number in this system's form", "zh": "值符合该系统的数字格式",
    },
    "not_a_timestamp": {"en": "The value is a date and time", "zh": "值为日期时间"},
    "not_unicode": {"en": "Text is valid Unicode", "zh": "文本为有效的 Unicode"},
    "out_of_range": {"en": "The number is not too large", "zh": "数字未超出范围"},
    "required": {"en": "A value that is needed is given", "zh": "必填值不为空"},
    "storable": {"en": "The record can be stored", "zh": "记录可以存储"},
    "too_long": {"en": "The text is not too long", "zh": "文本未超长"},
    "too_precise": {"en": "The number has not too many decimals", "zh": "小数位数未超限"},
    "unknown_code": {"en": "The code is in the code list", "zh": "代码在代码表中"},
}  # fmt: skip
"""Causes that come from cleaning and storing, which have no suite to say them in words."""
