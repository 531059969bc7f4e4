# HTML to text, and to HTML in which nothing acts.
