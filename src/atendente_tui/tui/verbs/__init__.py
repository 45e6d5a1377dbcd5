"""What a person does to tickets, one module a group of verbs; found by action name (`tui.handlers`).

Every verb works on one ticket or on several marked ones, wherever it was asked for.
"""
