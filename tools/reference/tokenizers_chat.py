"""Writes packages/tokenizers/test/fixtures/chat/rendered.json: what transformers makes of conversations.

pip install transformers==4.56.2 jinja2
python3 tools/reference/tokenizers_chat.py
The templates beside this script's output were written for it after the prompt formats of well-known models
(ChatML, Llama 2 and 3, Mistral, Gemma, Phi 3, Zephyr, Qwen 3, DeepSeek, Command R, Granite, Hermes tools);
each uses what real ones use: whitespace control, namespaces, macros, loop variables, filters, tests, slices.
"""
import json
import pathlib

from transformers.utils.chat_template_utils import render_jinja_template

root = pathlib.Path(__file__).resolve().parents[2]
folder = root / "packages/tokenizers/test/fixtures/chat"

system = {"role": "system", "content": "You are terse.  "}
user = {"role": "user", "content": "Grüße! What is 2 + 2?\n"}
assistant = {"role": "assistant", "content": "  4 🙂"}
more = {"role": "user", "content": "And \"3 < 5\"?"}
tool_call = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {
            "type": "function",
            "id": "call00001",
            "function": {"name": "weather", "arguments": {"city": "Köln", "days": 2, "exact": True, "unit": None}},
        }
    ],
}
tool_result = {"role": "tool", "name": "weather", "tool_call_id": "call00001", "content": '{"sky": "<grey>"}'}
tools = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather & more",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "enum": ["Köln", "Bonn"]}, "days": {"type": "integer"}},
                "required": ["city"],
            },
        },
    }
]
documents = [{"title": "One", "text": "First text"}, {"title": "Two", "text": "Second\ntext"}]
parts = {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image"}, {"type": "text", "text": " here"}]}
conversations = {
    "one": {"messages": [user]},
    "prompt": {"messages": [user], "add_generation_prompt": True},
    "system": {"messages": [system, user, assistant, more], "add_generation_prompt": True},
    "long": {"messages": [user, assistant, more, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nYes"}]},
    "tools": {"messages": [user, tool_call, tool_result, {"role": "assistant", "content": "Grey"}], "tools": tools},
    "documents": {"messages": [user], "documents": documents, "add_generation_prompt": True},
    "parts": {"messages": [parts], "add_generation_prompt": True},
    "continue": {"messages": [user, {"role": "assistant", "content": "It is "}], "continue_final_message": True},
}
specials = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}

cases = []
for path in sorted((folder / "templates").glob("*.jinja")):
    template = path.read_text("utf8")
    for name, conversation in conversations.items():
        # Other templates print the list itself, in Python's own notation.
        if name == "parts" and path.stem not in ("llama3", "qwen3", "command-r", "macros"):
            continue
        options = {**conversation}
        messages = options.pop("messages")
        case = {"template": path.stem, "conversation": name}
        try:
            (text,), spans = render_jinja_template(
                [messages],
                chat_template=template,
                return_assistant_tokens_mask=not options.get("continue_final_message"),
                **options,
                **specials,
            )
            case["text"] = text
            if "generation %}" in template and spans and spans[0]:
                case["spans"] = [text[start:end] for start, end in spans[0]]
        except Exception as error:
            case["error"] = str(error)
        cases.append(case)
(folder / "rendered.json").write_text(
    json.dumps({"specials": specials, "conversations": conversations}, ensure_ascii=False)[:-1]
    + ',"cases":[\n'
    + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    + "\n]}\n",
    "utf8",
)
print(len(cases), sum("error" in case for case in cases))
