import wagtail.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0002_submissions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="postpage",
            name="body",
            field=wagtail.fields.StreamField(
                [
                    ("heading", 0),
                    ("text", 1),
                    ("image", 5),
                    ("gallery", 7),
                    ("quote", 10),
                    ("callout", 14),
                    ("table", 18),
                    ("code", 21),
                    ("topics", 24),
                    ("chat", 26),
                    ("recording", 29),
                    ("event", 31),
                    ("questions", 35),
                ],
                blank=True,
                block_lookup={
                    0: ("core.blocks.HeadingBlock", (), {"form_classname": "title"}),
                    1: ("core.blocks.TextBlock", (), {}),
                    2: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "Picture"}),
                    3: (
                        "wagtail.blocks.CharBlock",
                        (),
                        {
                            "help_text": "What somebody misses who cannot see it. Empty: it only decorates.",
                            "label": "In words",
                            "required": False,
                        },
                    ),
                    4: ("wagtail.blocks.CharBlock", (), {"label": "Caption", "required": False}),
                    5: (
                        "wagtail.blocks.StructBlock",
                        [[("image", 2), ("alt", 3), ("caption", 4)]],
                        {},
                    ),
                    6: ("wagtail.blocks.ListBlock", (5,), {"label": "Pictures", "min_num": 2}),
                    7: ("wagtail.blocks.StructBlock", [[("caption", 4), ("images", 6)]], {}),
                    8: ("wagtail.blocks.TextBlock", (), {"label": "Quotation", "rows": 3}),
                    9: (
                        "wagtail.blocks.CharBlock",
                        (),
                        {"label": "Who said it, or where it stands", "required": False},
                    ),
                    10: ("wagtail.blocks.StructBlock", [[("text", 8), ("source", 9)]], {}),
                    11: (
                        "wagtail.blocks.ChoiceBlock",
                        [],
                        {
                            "choices": [("note", "Note"), ("tip", "Tip"), ("careful", "Careful")],
                            "label": "Kind",
                        },
                    ),
                    12: ("wagtail.blocks.CharBlock", (), {"label": "Title", "required": False}),
                    13: (
                        "wagtail.blocks.RichTextBlock",
                        (),
                        {
                            "features": [
                                "bold",
                                "italic",
                                "link",
                                "document-link",
                                "ol",
                                "ul",
                                "code",
                            ],
                            "label": "Text",
                        },
                    ),
                    14: (
                        "wagtail.blocks.StructBlock",
                        [[("kind", 11), ("title", 12), ("text", 13)]],
                        {},
                    ),
                    15: (
                        "wagtail.blocks.CharBlock",
                        (),
                        {"help_text": "What the table tells.", "label": "Caption"},
                    ),
                    16: ("wagtail.blocks.CharBlock", (), {"label": "Text", "required": False}),
                    17: (
                        "wagtail.contrib.typed_table_block.blocks.TypedTableBlock",
                        [[("text", 16)]],
                        {},
                    ),
                    18: ("wagtail.blocks.StructBlock", [[("caption", 15), ("table", 17)]], {}),
                    19: (
                        "wagtail.blocks.CharBlock",
                        (),
                        {
                            "help_text": "As “CSV” or “a canned reply”.",
                            "label": "What it is",
                            "required": False,
                        },
                    ),
                    20: (
                        "wagtail.blocks.TextBlock",
                        (),
                        {"label": "To be copied as it stands", "rows": 6},
                    ),
                    21: ("wagtail.blocks.StructBlock", [[("language", 19), ("text", 20)]], {}),
                    22: (
                        "chats.blocks.TopicKeyBlock",
                        (),
                        {
                            "help_text": "Copy it from the sign behind the topic on its chat’s page.",
                            "label": "Address of a topic",
                        },
                    ),
                    23: ("wagtail.blocks.ListBlock", (22,), {"label": "Topics"}),
                    24: ("wagtail.blocks.StructBlock", [[("title", 12), ("topics", 23)]], {}),
                    25: (
                        "wagtail.blocks.PageChooserBlock",
                        (),
                        {"label": "Chat", "page_type": ["chats.ChatPage"]},
                    ),
                    26: ("wagtail.blocks.StructBlock", [[("chat", 25)]], {}),
                    27: ("wagtail.blocks.CharBlock", (), {"label": "Title"}),
                    28: (
                        "wagtail.blocks.URLBlock",
                        (),
                        {
                            "help_text": "YouTube and Vimeo play on the page once a reader wants it; others are links.",
                            "label": "Address",
                        },
                    ),
                    29: ("wagtail.blocks.StructBlock", [[("title", 27), ("url", 28)]], {}),
                    30: (
                        "wagtail.blocks.PageChooserBlock",
                        (),
                        {"label": "Event", "page_type": ["events.EventPage"]},
                    ),
                    31: ("wagtail.blocks.StructBlock", [[("event", 30)]], {}),
                    32: (
                        "wagtail.blocks.CharBlock",
                        (),
                        {
                            "help_text": "Empty: “Questions to discuss”.",
                            "label": "Title",
                            "required": False,
                        },
                    ),
                    33: ("wagtail.blocks.CharBlock", (), {"label": "Question", "max_length": 250}),
                    34: ("wagtail.blocks.ListBlock", (33,), {}),
                    35: ("wagtail.blocks.StructBlock", [[("title", 32), ("questions", 34)]], {}),
                },
                verbose_name="text",
            ),
        ),
    ]
