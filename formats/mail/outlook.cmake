# Outlook messages, TNEF, uuencode.
