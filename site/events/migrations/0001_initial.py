import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import modelcluster.contrib.taggit
import modelcluster.fields
import modelsearch.index
import wagtail.contrib.routable_page.models
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

import core.zones
import events.models.pages
import events.models.people


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                ("intro", wagtail.fields.RichTextField(blank=True, verbose_name="introduction")),
            ],
            options={
                "verbose_name": "calendar",
            },
            bases=(wagtail.contrib.routable_page.models.RoutablePageMixin, "wagtailcore.page"),
        ),
        migrations.CreateModel(
            name="EventPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "summary",
                    models.CharField(
                        blank=True,
                        help_text="One or two sentences, for lists, calendars and search engines.",
                        max_length=300,
                        verbose_name="summary",
                    ),
                ),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [
                            ("heading", 0),
                            ("text", 1),
                            ("image", 5),
                            ("gallery", 7),
                            ("quote", 10),
                            ("callout", 14),
                            ("table", 18),
                            ("code", 21),
                        ],
                        blank=True,
                        block_lookup={
                            0: ("core.blocks.HeadingBlock", (), {"form_classname": "title"}),
                            1: ("core.blocks.TextBlock", (), {}),
                            2: (
                                "wagtail.images.blocks.ImageChooserBlock",
                                (),
                                {"label": "Picture"},
                            ),
                            3: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "help_text": "What somebody misses who cannot see it. Empty: it only decorates.",
                                    "label": "In words",
                                    "required": False,
                                },
                            ),
                            4: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Caption", "required": False},
                            ),
                            5: (
                                "wagtail.blocks.StructBlock",
                                [[("image", 2), ("alt", 3), ("caption", 4)]],
                                {},
                            ),
                            6: (
                                "wagtail.blocks.ListBlock",
                                (5,),
                                {"label": "Pictures", "min_num": 2},
                            ),
                            7: (
                                "wagtail.blocks.StructBlock",
                                [[("caption", 4), ("images", 6)]],
                                {},
                            ),
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
                                    "choices": [
                                        ("note", "Note"),
                                        ("tip", "Tip"),
                                        ("careful", "Careful"),
                                    ],
                                    "label": "Kind",
                                },
                            ),
                            12: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Title", "required": False},
                            ),
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
                            16: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Text", "required": False},
                            ),
                            17: (
                                "wagtail.contrib.typed_table_block.blocks.TypedTableBlock",
                                [[("text", 16)]],
                                {},
                            ),
                            18: (
                                "wagtail.blocks.StructBlock",
                                [[("caption", 15), ("table", 17)]],
                                {},
                            ),
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
                            21: (
                                "wagtail.blocks.StructBlock",
                                [[("language", 19), ("text", 20)]],
                                {},
                            ),
                        },
                        verbose_name="text",
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                ("start_time", models.TimeField(verbose_name="begins")),
                (
                    "end_date",
                    models.DateField(
                        blank=True,
                        help_text="Only if it is another day.",
                        null=True,
                        verbose_name="last day",
                    ),
                ),
                ("end_time", models.TimeField(verbose_name="ends")),
                (
                    "time_zone",
                    models.CharField(
                        choices=core.zones.zone_choices,
                        default=events.models.pages.default_zone,
                        help_text="Of all times of this event. Readers elsewhere see their own beside it.",
                        max_length=64,
                        validators=[core.zones.validate_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("starts_at", models.DateTimeField(db_index=True, editable=False)),
                ("ends_at", models.DateTimeField(db_index=True, editable=False)),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("online", "Online"),
                            ("in_person", "In person"),
                            ("both", "Online and in person"),
                        ],
                        default="online",
                        max_length=10,
                        verbose_name="where",
                    ),
                ),
                (
                    "join_url",
                    models.URLField(
                        blank=True,
                        help_text="Only registered people get it, by a page of ours: change it whenever you must, nobody needs a new mail. Empty: that of the series.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                        verbose_name="link to the call",
                    ),
                ),
                (
                    "join_notes",
                    models.TextField(
                        blank=True,
                        help_text="Passcode, telephone number. Shown with the link only.",
                        verbose_name="beside the link",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=150, verbose_name="place")),
                ("address", models.TextField(blank=True, verbose_name="address")),
                (
                    "arrival_notes",
                    models.TextField(
                        blank=True,
                        help_text="Parking, door, lift, lunch. Only registered people get this.",
                        verbose_name="arriving",
                    ),
                ),
                (
                    "day_contact",
                    models.CharField(
                        blank=True,
                        help_text="A name and a telephone number. Only registered people get this.",
                        max_length=150,
                        verbose_name="to reach on the day",
                    ),
                ),
                (
                    "is_recorded",
                    models.BooleanField(
                        default=False,
                        help_text="Readers are told beforehand.",
                        verbose_name="recorded and published",
                    ),
                ),
                (
                    "registration",
                    models.CharField(
                        choices=[
                            ("here", "Register here"),
                            ("elsewhere", "Register on another site"),
                            ("none", "No registration: just come"),
                        ],
                        default="here",
                        max_length=10,
                        verbose_name="registration",
                    ),
                ),
                (
                    "register_url",
                    models.URLField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                        verbose_name="where to register",
                    ),
                ),
                ("opens_date", models.DateField(blank=True, null=True, verbose_name="opens on")),
                ("opens_time", models.TimeField(blank=True, null=True, verbose_name="at")),
                (
                    "closes_date",
                    models.DateField(
                        blank=True,
                        help_text="Empty: when the event ends.",
                        null=True,
                        verbose_name="closes on",
                    ),
                ),
                ("closes_time", models.TimeField(blank=True, null=True, verbose_name="at")),
                (
                    "has_waiting_list",
                    models.BooleanField(
                        default=True,
                        help_text="Who waits moves up in order, with a mail.",
                        verbose_name="waiting list",
                    ),
                ),
                (
                    "still_coming_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: nobody is asked.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="ask “Still coming?” so many days before",
                    ),
                ),
                (
                    "gives_up_silent",
                    models.BooleanField(
                        default=False,
                        help_text="Who does not answer in time loses the seat, in order, while others wait.",
                        verbose_name="give silent seats to who waits",
                    ),
                ),
                (
                    "contact_hours",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="On certificates. Empty: as long as the event lasts.",
                        max_digits=4,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="contact hours",
                    ),
                ),
                ("is_cancelled", models.BooleanField(default=False, verbose_name="cancelled")),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True,
                        help_text="Shown to readers: “snow day”.",
                        max_length=250,
                        verbose_name="reason",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
            },
            bases=(wagtail.contrib.routable_page.models.RoutablePageMixin, "wagtailcore.page"),
        ),
        migrations.CreateModel(
            name="EventSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "confirm_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="Where seats are limited, an address we do not know yet loses its seat then.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(336),
                        ],
                        verbose_name="hours to confirm an address",
                    ),
                ),
                (
                    "reminds_a_day_before",
                    models.BooleanField(default=True, verbose_name="remind a day before"),
                ),
                (
                    "reminds_an_hour_before",
                    models.BooleanField(default=True, verbose_name="remind an hour before"),
                ),
                (
                    "hours_to_answer",
                    models.PositiveSmallIntegerField(
                        default=48,
                        help_text="After that, an event that says so gives silent seats to who waits.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(336),
                        ],
                        verbose_name="hours to answer “Still coming?”",
                    ),
                ),
                (
                    "private_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Counted from the end of the event.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days that private answers are kept",
                    ),
                ),
                (
                    "years_kept",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="Certificates can be checked so long; then names and addresses are erased.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="years that registrations are kept",
                    ),
                ),
                (
                    "issuer",
                    models.CharField(
                        blank=True,
                        help_text="Stands on certificates. Empty: the name of the site.",
                        max_length=100,
                        verbose_name="who certifies",
                    ),
                ),
                (
                    "signed_by",
                    models.CharField(
                        blank=True,
                        help_text="As “Nell Cho, Manager”.",
                        max_length=150,
                        verbose_name="signed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules of events",
            },
        ),
        migrations.CreateModel(
            name="Follower",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=events.models.people.new_key,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("folded_name", models.CharField(max_length=100)),
                ("email", models.CharField(max_length=254, verbose_name="email address")),
                ("email_key", models.CharField(db_index=True, max_length=254)),
                ("library", models.CharField(blank=True, max_length=100, verbose_name="library")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="since"),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Kind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="Its part in web addresses. Left empty, it is made from the name.",
                        max_length=100,
                        unique=True,
                        verbose_name="slug",
                    ),
                ),
            ],
            options={
                "verbose_name": "kind of event",
                "verbose_name_plural": "kinds of events",
                "ordering": ["name"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="EventHost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hosted_events",
                        to="people.person",
                        verbose_name="host",
                    ),
                ),
                (
                    "page",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="event_hosts",
                        to="events.eventpage",
                    ),
                ),
            ],
            options={
                "verbose_name": "host",
                "verbose_name_plural": "hosts",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CalendarEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.CharField(max_length=100, unique=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("told", models.JSONField(default=dict)),
                ("was", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entry",
                        to="events.eventpage",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EventQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                ("key", models.CharField(blank=True, max_length=12)),
                ("label", models.CharField(max_length=200, verbose_name="question")),
                ("help", models.CharField(blank=True, max_length=250, verbose_name="help")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("line", "a line of text"),
                            ("text", "several lines"),
                            ("choice", "one of several"),
                            ("tick", "a tick"),
                        ],
                        default="line",
                        max_length=10,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "choices",
                    models.TextField(
                        blank=True, help_text="A line for each.", verbose_name="choices"
                    ),
                ),
                (
                    "is_required",
                    models.BooleanField(default=False, verbose_name="must be answered"),
                ),
                (
                    "is_private",
                    models.BooleanField(
                        default=False,
                        help_text="Diet, access: for organisers alone, and erased after the event.",
                        verbose_name="private",
                    ),
                ),
                (
                    "page",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="event_questions",
                        to="events.eventpage",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EventTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "content_object",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_items",
                        to="events.eventpage",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tagged_events",
                        to="taggit.tag",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="eventpage",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                through="events.EventTag",
                to="taggit.Tag",
                verbose_name="tags",
            ),
        ),
        migrations.AddField(
            model_name="eventpage",
            name="kind",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="events",
                to="events.kind",
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=events.models.people.new_key,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("folded_name", models.CharField(max_length=100)),
                ("email", models.CharField(max_length=254, verbose_name="email address")),
                ("email_key", models.CharField(db_index=True, max_length=254)),
                ("library", models.CharField(blank=True, max_length=100, verbose_name="library")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("confirmed", "has a seat"),
                            ("waiting", "waits"),
                            ("cancelled", "cancelled"),
                            ("released", "seat given up"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="registered"
                    ),
                ),
                ("confirm_by", models.DateTimeField(null=True)),
                ("promoted_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("self", "cancelled by link"),
                            ("staff", "cancelled by staff"),
                            ("unproven", "address not confirmed in time"),
                            ("silent", "did not say whether they still come"),
                        ],
                        max_length=10,
                    ),
                ),
                ("told_sequence", models.PositiveIntegerField(null=True)),
                ("sequence_shift", models.PositiveIntegerField(default=0)),
                ("day_reminder_for", models.DateTimeField(null=True)),
                ("hour_reminder_for", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("coming_at", models.DateTimeField(null=True)),
                ("recording_told_at", models.DateTimeField(null=True)),
                ("attended", models.BooleanField(null=True, verbose_name="was there")),
                ("minutes", models.PositiveIntegerField(null=True, verbose_name="minutes")),
                (
                    "noted_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("join", "joined by link"),
                            ("staff", "noted by staff"),
                            ("zoom", "list of the call"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="registrations",
                        to="events.eventpage",
                    ),
                ),
                (
                    "follower",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="registrations",
                        to="events.follower",
                    ),
                ),
            ],
            options={
                "verbose_name": "registration",
                "verbose_name_plural": "registrations",
                "default_permissions": [],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.CharField(max_length=12)),
                ("label", models.CharField(max_length=200)),
                ("value", models.TextField()),
                ("is_private", models.BooleanField(default=False)),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="events.registration",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seats",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("capacity", models.PositiveIntegerField(null=True)),
                ("taken", models.PositiveIntegerField(default=0)),
                ("waiting", models.PositiveIntegerField(default=0)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="events.eventpage",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sequel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sequel",
                        to="events.eventpage",
                    ),
                ),
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="event_sequel",
                        to="wagtailcore.page",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="Its part in web addresses. Left empty, it is made from the name.",
                        max_length=100,
                        unique=True,
                        verbose_name="slug",
                    ),
                ),
                (
                    "summary",
                    models.CharField(
                        blank=True,
                        help_text="One or two sentences.",
                        max_length=250,
                        verbose_name="summary",
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("weeks", "every so many weeks, on that weekday"),
                            ("months", "every so many months, on that weekday of the month"),
                        ],
                        default="weeks",
                        max_length=10,
                        verbose_name="rhythm",
                    ),
                ),
                (
                    "interval",
                    models.PositiveSmallIntegerField(
                        default=2,
                        help_text="2 for every second week or month.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(52),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "begins_on",
                    models.DateField(help_text="Tells the weekday too.", verbose_name="first date"),
                ),
                ("until", models.DateField(blank=True, null=True, verbose_name="last date")),
                (
                    "weeks_ahead",
                    models.PositiveSmallIntegerField(
                        default=26,
                        help_text="How far ahead dates are put into the calendar.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(104),
                        ],
                        verbose_name="weeks ahead",
                    ),
                ),
                (
                    "join_url",
                    models.URLField(
                        blank=True,
                        help_text="For all dates that have none of their own. Only registered people get it.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                        verbose_name="link to the call",
                    ),
                ),
                (
                    "is_of_chats",
                    models.BooleanField(
                        default=False,
                        help_text="Each date becomes a page of the chat archive with one click.",
                        verbose_name="community chats",
                    ),
                ),
                (
                    "pattern",
                    models.ForeignKey(
                        blank=True,
                        help_text="Further dates are copies of this event. Empty: none are made.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.eventpage",
                        verbose_name="event it is made like",
                    ),
                ),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
                "ordering": ["name"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="Occurrence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.DateField()),
                (
                    "event",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="occurrence",
                        to="events.eventpage",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occurrences",
                        to="events.series",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="follower",
            name="series",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="followers",
                to="events.series",
            ),
        ),
        migrations.AddField(
            model_name="eventpage",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="events",
                to="events.series",
                verbose_name="series",
            ),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(fields=["event", "state"], name="events_registration_state"),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("confirm_by__isnull", False)),
                fields=["confirm_by"],
                name="events_registration_unproven",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ("confirmed", "waiting")),
                    models.Q(("email_key", ""), _negated=True),
                ),
                fields=("event", "email_key", "folded_name"),
                name="events_registered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("registration", "question"), name="events_answered_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="seats",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("capacity", None), ("taken__lte", models.F("capacity")), _connector="OR"
                ),
                name="events_seats_not_oversold",
            ),
        ),
        migrations.AddConstraint(
            model_name="occurrence",
            constraint=models.UniqueConstraint(
                fields=("series", "slot"), name="events_occurrence_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="follower",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("series", "email_key", "folded_name"),
                name="events_follows_once",
            ),
        ),
    ]
