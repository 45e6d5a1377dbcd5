"""The sentence for every way a rule says no, by its code. `{names}` are the values that come with the refusal."""

from __future__ import annotations

from collections.abc import Mapping

from atendente_tui.i18n import later

SENTENCES: Mapping[str, str] = {
    # figures
    "no_such_figure": later("There is no figure {found}. There are: {allowed}."),
    "one_form_only": later("Choose one of --json, --csv, --md and --html."),
    "apart_unknown": later("Figures are not told apart by “{found}”. Choose one of: {allowed}."),
    "window_long": later("That makes more than 1000 lines: choose a longer step or a shorter period."),
    "window_backwards": later("The period ends ({end}) before it begins ({start})."),
    "figures_unreadable": later("{file}, line {line}: {column}: found “{found}”; allowed: {allowed}."),
    "table_unknown": later("There is no table {found}. There are: {allowed}."),
    # answering
    "text_empty": later("Write something first."),
    "too_long": later("{over} over the limit of {limit}."),
    "window_closed": later(
        "The customer last wrote more than {hours} hours ago: free text no longer reaches them here."
    ),
    "channel_stays": later("{channel} is answered only where it began. Choose another channel."),
    "channel_elsewhere": later("This helpdesk answers by the ticket's own channel only, not by {channel}."),
    "channel_no_address": later("No address of this customer for {channel} is known."),
    "variables_unfilled": later("Fill in before sending: {names}."),
    "review_blocked": later("Held back by the review ({rules}): {why}"),
    "ending_when": later("“{found}” says no time I understand. Try “/prometo sex 14h ligar”."),
    "ending_what": later("“{found}” does not say what is promised."),
    "override_unreadable": later("“{found}” is not RULE=WHY, with a rule that is one of: {allowed}."),
    "file_not_utf8": later("{found} is not UTF-8 (byte {byte})."),
    "address_unreadable": later("“{found}” is no e-mail address."),
    "copies_channel": later("Copies go by e-mail only, not by {channel}."),
    "copies_unable": later("This helpdesk sends no copies from here."),
    "files_unable": later("This helpdesk takes no attachments from here."),
    "stale": later("Something new came in since you looked ({newer}). Read it, or insist."),
    "ticket_closed": later("The ticket is closed for good. Open a new one."),
    "article_internal": later("“{title}” is internal and must not reach a customer."),
    # moving
    "status_move": later("A ticket that is {current} cannot become {wanted}."),
    "snooze_needs_time": later("Say until when to snooze it."),
    "when_unreadable": later(
        "“{found}” is not a time I understand. Try “2h”, “tomorrow 9am” or “25/12 10:00”."
    ),
    "moment_unreadable": later(
        "“{found}” is no date or time such as 2026-11-22 or 2026-11-22T14:30:00-03:00."
    ),
    "when_past": later("“{found}” has already passed."),
    "when_future": later("“{found}” has not come yet."),
    "wrap_up_code": later("There is no wrap-up code “{found}”. Choose one of: {allowed}."),
    "reason_missing": later("Say why."),
    "wrap_up_empty": later("Say how the contact ended."),
    "subject_empty": later("Give it a subject."),
    "customer_name_empty": later("Say the customer's name."),
    "assignee_empty": later("Say to whom."),
    "assignee_unknown": later("Nobody here has the login {found}."),
    "team_empty": later("Say which team."),
    "team_unknown": later("There is no team {found}."),
    "fact_empty": later("Say what is known."),
    "survey_reason": later("Say why no survey should be sent."),
    # the floor
    "surveys_not_set": later("No survey is set up: see [survey] in the settings."),
    "surveys_unreadable": later("{where}: “{found}” is not {allowed}."),
    "serve_missing": later("Serving to a browser needs textual-serve: pip install 'atendente-tui[serve]'."),
    "pause_reason": later("Say why you pause."),
    "agent_state_unknown": later("“{found}” is no state. Choose one of: {allowed}."),
    "shifts_unreadable": later("{file}: {where}: “{found}” is not {allowed}."),
    "shifts_kind": later("{file} is neither a CSV nor an iCalendar (.ics) file."),
    # owning and triage
    "ticket_taken": later("{who} has this ticket."),
    "already_yours": later("It is yours already."),
    "already_assigned": later("{who} has it already."),
    "not_assigned": later("Nobody has this ticket."),
    "nothing_to_change": later("It is so already."),
    "packet_incomplete": later("To escalate, fill in: {missing}."),
    "tier_same": later("It is already at {tier}."),
    "promise_unknown": later("There is no such promise."),
    "promise_settled": later("This promise is settled already."),
    "merge_self": later("A ticket cannot be merged with or linked to itself."),
    "ticket_merged": later("It was merged into {into}. Work there."),
    "backend_cannot": later("This helpdesk cannot do that: {verb}."),
    "command_forbidden": later("You may not do that: {verb}."),
    # outbox
    "already_undone": later("It is undone already."),
    "already_sent": later("Too late to undo: it has left ({state})."),
    "later_commands": later("Undo first what was done on it afterwards ({count})."),
    "in_flight": later("It is being sent right now. Wait a moment."),
    "not_waiting": later("It is not waiting any more: {state}."),
    "not_unknown": later("Its outcome is known: {state}."),
    "not_editable": later("This cannot be edited: {verb}."),
    "file_exists": later("{path} exists already; nothing was written over it."),
    "file_unwritable": later("{path} cannot be written."),
    "poison_unknown": later("There is no such change."),
    "poison_unreadable": later("This change cannot be read."),
    "store_full": later(
        "The disk of {path} takes no more: it is full, or a limit is reached. This was not saved and stays "
        "where you wrote it; free some space and try again."
    ),
    "store_read_only": later("This store is open to read only here: another window writes it."),
    # naming
    "ticket_unknown": later("There is no ticket {found}."),
    "no_such_ticket": later("There is no ticket {found}."),
    "not_yet_opened": later("{found} was not open yet then."),
    "subject_kind": later("“{found}” is not KIND:VALUE, with a kind that is one of: {allowed}."),
    "still_to_be_sent": later(
        "{count} commands of this person are still to be sent. Send or discard them first: atendente outbox."
    ),
    "held": later("There is a legal hold on this person ({why}): nothing of theirs may go."),
    "must_stay": later(
        "By the rule {rule}, {count} of their tickets must be kept longer ({protocols}). They can be anonymised instead: --anonymise."
    ),
    "no_such_customer": later("There is no customer {found}."),
    "no_assistant": later("No assistant is set up: [assistant] in the configuration says where one is."),
    "no_such_article": later("There is no article {found}."),
    "no_such_script": later("There is no script {found}."),
    "no_such_macro": later("There is no macro {found}."),
    "no_such_process": later("There is no process for {found}."),
    "no_such_item": later("There is no {found} in this list; there is: {allowed}."),
    "not_guided": later("The script {found} has no steps: it is inserted as a whole."),
    "answer_unreadable": later("“{found}” is no NAME=VALUE."),
    "guide_gone": later("No script is being gone through here, or it has changed: begin it anew."),
    "guide_choose": later("Choose one of the answers: {allowed}."),
    "guide_no_choice": later("There is no answer {found} here; there is: {allowed}."),
    "guide_reason": later("Say why: it is kept with the ticket."),
    "guide_no_skip": later("This step cannot be left out: nothing says where to go on."),
    "guide_over": later("The script is at its end."),
    "guide_first": later("This is the first step."),
    "no_such_view": later("There is no view {found}. There are: {allowed}."),
    "command_unknown": later("There is no command {found}."),
    "no_such_folder": later("There is no folder {found}."),
    "not_markdown": later("{found} is no Markdown file."),
    "filter_word": later("I do not know what “{found}” should filter by."),
    "identity_unreadable": later("“{found}” is not kind:value, with a kind that is one of: {allowed}."),
    "words_not_utf8": later("“{found}” is not UTF-8."),
    "text_not_utf8": later("Standard input is not UTF-8 (byte {byte})."),
    # files
    "attachment_unreachable": later(
        "The helpdesk does not answer, so {name} cannot be fetched now. Try again when it is back."
    ),
    "attachment_too_large": later(
        "{name} is larger than {limit}, the most that is fetched. Open it in the helpdesk."
    ),
    "attachment_login": later("The helpdesk does not know this login any more: atendente login."),
    "attachment_forbidden": later("The helpdesk does not let you have {name}."),
    "attachment_refused": later("The helpdesk does not give {name} ({why})."),
    "upload_unreadable": later("{name} cannot be read: {why}."),
    "upload_too_large": later("{name} is larger than {limit}, the most that can be attached."),
    "upload_unreachable": later(
        "The helpdesk does not answer, so {name} cannot be attached now. Try again when it is back."
    ),
    "upload_refused": later("The helpdesk does not take {name} ({why})."),
    "attachment_none": later("Nothing is attached here."),
    "attachment_unknown": later("There is no attachment {found} here. There are {count}."),
    "attachment_pipe": later("“-” is for a pipe: what is in the file could command a terminal."),
    "attachment_several": later("{count} files go into a folder. Choose one with --number."),
    "attachment_type": later("Programs, pages and scripts are not taken as attachments: {found}."),
    "attachment_size": later("The file is larger than {limit} bytes, the most that is taken."),
    "attachments_waiting": later("{count} files are waiting to be put on something. Use them first."),
    "import_column": later("{file}:{line}: there is no column {column}. There are: {allowed}."),
    "import_column_twice": later("{file}:{line}: the column {column} is there twice."),
    "import_unreadable": later("{file} cannot be read: {why}."),
    "import_encoding": later("{file}:{line} is not {encoding}."),
    "archive_format": later("“{found}” is no format. Choose one of: {allowed}."),
    "archive_not_empty": later("{folder} is not empty; nothing was written over it."),
    "archive_unreadable": later("{folder} is no readable export ({why})."),
    "archive_newer": later("The export was made by a newer version ({found}; this one knows {known})."),
    "archive_masked": later(
        "The export was made for somebody else, with personal data masked: it is not taken back."
    ),
    "archive_changed": later("{file} is missing or was changed since the export."),
    "store_not_empty": later("An export can only be brought into an empty store."),
    "parquet_missing": later("Parquet needs an extra: pip install '{extra}'."),
    "other_helpdesk": later(
        "The tickets of this profile are another helpdesk's. Give this one a profile of its own: ATENDENTE_DATA=DIRECTORY."
    ),
    "no_backend": later("No helpdesk is configured: atendente backend use NAME --url URL."),
    "backend_unknown": later("There is no backend {name}. There are: {known}."),
    "backend_settings": later("The settings under [backend] do not do for {name}: {why}."),
    "backend_broken": later("The backend {name} cannot be loaded: {detail}."),
    "size_unreadable": later("“{found}” is no size such as 80x24."),
    "no_such_file": later("There is no file {found}."),
    "scenario_unplayable": later("The scenario cannot be played: {why}"),
    "no_such_backend": later("There is no backend {found}. There are: {allowed}."),
    # quality reviews
    "qa_not_supervisor": later(
        "Reviewing is for supervisors, and {login} is none: `supervisor = true` under [agent] in the settings says so."
    ),
    "qa_role": later("Reviewing is for those who are over others; at this helpdesk {login} is: {role}."),
    "qa_only_reads": later(
        "The token of {login} only reads, and a review is written. A trainer's or an administrator's token can."
    ),
    "qa_own": later("Nobody reviews their own work: {found}."),
    "qa_nobody": later("Nobody has worked on {found} yet. --agent says whose work it is."),
    "qa_calibrated": later("You have finished your calibration of {found} by this card."),
    "qa_state": later("That is not possible with a review that is: {review_state}."),
    "qa_disputed_once": later("A review is disputed once; the answer to that stands."),
    "qa_not_yours": later("This review is {who}'s."),
    "qa_not_about_you": later("This review is about the work of {who}."),
    "qa_calibration": later("A calibration is only compared with others', and delivered to nobody."),
    "qa_lacking": later("Still to be answered: {answers}. Comments required: {comments}."),
    "qa_must_apply": later("The item {found} applies to every ticket: answer it."),
    "qa_points": later("{item} takes 0 to {points}, not {found}."),
    "qa_word": later("{item}: “{found}” is no answer. Allowed: {allowed}."),
    "qa_pair": later("“{found}” is not ITEM=VALUE."),
    "qa_event": later("“{found}” is no event of this ticket: atendente history --json has their ids."),
    "qa_no_change": later("Nothing was changed yet: answer an item differently first."),
    "qa_no_rules": later("The card has no rules for a sample: give some as options."),
    "qa_card_faulty": later("The card {found} cannot be used: {what}"),
    "no_such_card": later("There is no card {found}. There are: {allowed}."),
    "no_such_review": later("There is no review {found}."),
    "qa_several": later("Several reviews begin with {found}: give more of it."),
    "qa_blind": later(
        "{who} has not finished a review of this ticket yet: others' answers are shown afterwards."
    ),
    "qa_alone": later("Nobody else has finished a review of this ticket by the same card yet."),
    "qa_no_expert": later("{found} has not reviewed this ticket. Who has: {allowed}."),
    "qa_which_card": later("This ticket was reviewed by several cards. Choose one: {allowed}."),
    "length_unreadable": later("“{found}” is no length of time such as {allowed}."),
    # training
    "scenario_name": later("“{found}” is no name for a scenario: small letters, digits and hyphens."),
    "word_unknown": later("“{found}” is not known here. Choose one of: {allowed}."),
    "no_exercise": later("{found} is no exercise: it says nothing about what is expected (`training`)."),
    "no_such_scenario": later("There is no scenario {found}. atendente train list shows them."),
    "no_such_answers": later("There are no answers {found}. There are: {allowed}."),
    "answers_unreadable": later("The answers of {found} cannot be used."),
    "answers_of_other": later("These answers are for the scenario {found}, not for {wanted}."),
    "exam_without_limit": later("{found} sets no limit of time (`training.limit`), so it cannot be an exam."),
    "exam_requires": later("To be passed first: {steps}."),
    "scenario_changed": later("The scenario {found} has changed since: its result cannot be played again."),
    "result_unreadable": later("{found} is no result or certificate of ours."),
    "class_needs_hub": later("Classes are kept on a team's hub; this profile works on {found}."),
    "class_mode": later("“{found}” is no way to play: practice or exam."),
    "class_nobody": later("Say whose class it is: --trainees ana,bruno."),
    "class_not_whole": later(
        "The scenario {found} reads files beside its own: a class gets its one file and nothing else."
    ),
    "class_scenario": later("What this class plays cannot be read here: {why}"),
    "class_event": later("That cannot happen in this class: {why}"),
    "class_over": later("This class has ended."),
    "class_played": later("You are through with this class already."),
    "class_which": later("Say which class: {n} are open to you. atendente train class list shows them."),
    "no_such_class": later(
        "There is no class {found}, or more than one begins so. atendente train class list shows them."
    ),
    "not_by_person": later("“{found}” is not judged by a person in this result; these are: {allowed}."),
    "verdict_unknown": later("“{found}” is no verdict: yes, no, or a percentage from 0 to 100."),
    "comment_long": later("The comment has more than {limit} characters."),
    "result_changed": later("{found} was changed since it was signed: nothing is judged on it."),
    "card_format": later("“{found}” is no format of a card: md or html."),
    "report_by": later("“{found}” is nothing to sum up by: trainee, skill, scenario or day."),
    "recording_format": later("{found} is no recording: a name that ends in .cast or .svg."),
    "training_speed": later("“{found}” is no speed of a training; there are: {allowed}."),
    "no_such_track": later("There is no track {found}. atendente train track shows them."),
    "certificate_lacks": later("Not passed yet: {steps}."),
    "quiz_unreadable": later("“{found}” is not STEP=1,3,… with a quiz of this track."),
    "record_leaks": later("Nothing was written: what is somebody's own would still be in it ({found})."),
    # what comes into a hub, and its care
    "source_name": later(
        "“{found}” is no name for a source: up to 40 small letters, digits, dots, hyphens and underscores."
    ),
    "source_exists": later("There is a source {found} already."),
    "source_unknown": later("There is no source {found}."),
    "backup_unsound": later("The backup {path} does not read back the same ({why}); nothing was kept."),
    "backup_unreadable": later("{path} is no whole backup of a hub ({why}); nothing was taken from it."),
    "backup_newer": later("The backup was made by a newer version ({found}; this one knows {known})."),
    "backup_schema": later(
        "The backup is of the schema {found}, this version has {known}: restore it with the version that made it, then start this one."
    ),
    "hub_not_empty": later(
        "There is a hub in this database. --force puts the backup in its place; what is in it now is lost."
    ),
    "inbound_refused": later("The hub refuses it: {why}"),
    "inbound_unreachable": later("No hub answers at {url}."),
    "calendar_unknown": later("The SLA policy {by} counts in the calendar {found}, which is not there."),
    "calendar_in_use": later("The SLA policy {by} counts in the calendar {found}."),
    # the hub
    "hub_missing": later("The hub needs an extra ({missing} is missing): pip install '{extra}'."),
    "hub_database": later("“{found}” is no database of a hub. Possible are: {why}."),
    "hub_schema": later("The hub's database was made by a newer version ({found}; this one knows {known})."),
    "hub_older": later(
        "The hub's database is of an older version ({found}; this one has {known}). Start the hub once: atendente hub start."
    ),
    "no_hub": later("There is no hub in {found}. Begin one: atendente hub start."),
    "hub_exposed": later(
        "{found} can be reached from elsewhere: give --tls-cert and --tls-key, or --behind-proxy where a proxy does TLS."
    ),
    "hub_port": later("The hub cannot listen at {found}: {why}."),
    "tls_incomplete": later("--tls-cert and --tls-key belong together."),
    "tls_unusable": later("The certificate {found} cannot be used: {why}."),
    "login_unfit": later(
        "“{found}” is no login: up to 64 small letters, digits, and . _ @ + - after the first."
    ),
    "name_unfit": later("“{found}” is no name: 1 to {most} printable characters."),
    "agent_exists": later("There is an account {found} already."),
    "agent_unknown": later("There is no account {found}."),
    "agent_closed": later("The account {found} is closed."),
    "role_unknown": later("There is no role {found}. There are: {allowed}."),
    "last_administrator": later("{found} is the only administrator, and one must be left."),
    "no_such_team": later("There is no team {found}. There are: {allowed}."),
    "tier_unknown": later("There is no level {found}. There are: {allowed}."),
    "team_has_tickets": later(
        "{count} live tickets are with the team {found}. Give them to another one first."
    ),
    "token_days": later("A token holds for 1 to {most} days, not for {found}."),
    "token_unknown": later("There is no token {found}."),
    "token_ended": later(
        "The token {found} does not hold any more. Make a new one: atendente hub token create."
    ),
}
