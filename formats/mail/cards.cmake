# Calendars and address cards.
