"""Recognise texts that name no value: it is elsewhere, will follow, or is not decided.  The words are data here."""

from __future__ import annotations

from functools import lru_cache

from docgen.patterns import regex
from docgen.text import bare, fold, says_nothing

#: The text names no value.
DEFERRED = "answer-deferred"
_LONGEST = 24  # a longer text says more
_WHERE = (
    "附件|附表|附录|附页|附图|附后|后附|邮件|文件|文档|资料|表格|表单|表中|清单|名单|列表|sheet|页签|工作表|上表|下表|另表|另页|背面|名片|微信|截图|图片"
    "|合同|协议|话术|执照|上文|下文|上面|下面|以上|以下|上述|前述|上方|下方|左侧|右侧|左边|右边|备注|批注|压缩包|网盘|链接"
)
_LATER = "补充?|提供|确认|确定|填写?|完善|商议?|沟通|议|核实|更新|通知|告知|发送?|给出?|提交|上传|说|回复|决定|补齐"
_UNSURE = "清楚|确定|详|知道|明确|明|知|定"
_DEFERRED = regex(
    "(?:"
    rf"(?:详细|具体|内容|请|详|可|均|已|\w{{1,4}}){{0,2}}(?:[参详请]?见|参照|参阅|查看|查阅)[《「“(]?\w{{0,8}}(?:{_WHERE})[\w.()》」”、-]*"
    rf"|[详参请]?见[上下左右前后]|同[上下左右前]|同(?:以上|上述|前述|前面|上面|左边|左侧)|同上一?[行列条项栏]|同第\w{{1,4}}[行列条项]|[〃″′\"“”↑]+"
    rf"|(?:暂时?|暂定|还|尚|均)?待(?:客户|领导|公司|总部|老板|内部)?(?:{_LATER}|定)(?:中|后|再{_LATER})?"
    rf"|(?:暂|还|尚|目前)*(?:未|没|没有|不)(?:{_UNSURE})(?:了|呢|下来|好)?|未知"
    rf"|(?:暂|尚|还)?(?:未|没有|没)(?:{_LATER})(?:好|完)?|暂不(?:{_LATER})"
    rf"|(?:稍后|稍候|稍晚|后续|后面|之后|随后|晚点|回头|届时|另行|另外|改天|下周|明天|过后)(?:再|会|将|另行)?(?:{_LATER})(?:给您|给你|给贵司|一下)?"
    r"|(?:看|视)(?:具体|实际)?情况(?:而定|再定|确定)?|再(?:定|说|议|看)|未定|略|同略"
    rf"|(?:请?由|请|找|问|让)?(?:贵司|贵方|贵公司|你们|你司|您司|对方|供应商|服务商)(?:来|协助|帮忙|方)?(?:{_LATER}|拟定?|安排|设计|编写|写)"
    rf"|已(?:经)?(?:发|提交|提供|上传|发送|邮件)(?:给?(?:贵司|你们|您|邮箱|微信|邮件))?(?:发送)?"
    r"|tb[dca]|pending|seeattach(?:ment|ed)\w*|seeabove|asabove|sameasabove|ditto|unknown|notsure"
    ")(?:吧|了|哦|谢谢)?"
)
_PROMPT = regex("请(?:在此处?|如实|准确|务必)?(?:填写|输入|填入|录入|选择|点击|补充|注明|写明|提供)[^。，,!?]*")


@lru_cache(maxsize=4096)
def defers(text: str) -> bool:
    """Whether the text says only where the answer is, or that it comes later: `见附件`, `同上`, `待定`."""
    if len(text) > _LONGEST * 2:
        return False
    plain = bare(text) or fold(text)
    return len(plain) <= _LONGEST and _DEFERRED.fullmatch(plain) is not None


def is_prompt(text: str) -> bool:
    """Whether the text asks for the answer instead of giving it: `请填写公司全称`."""
    return len(text) <= _LONGEST and not says_nothing(text) and _PROMPT.fullmatch(fold(text)) is not None
