"""A docx of about 1 MB with text: watch_docx.py FROM TO."""
import random, sys, zipfile

rng = random.Random(1)
src = zipfile.ZipFile(sys.argv[1])
words = [chr(0x4e00 + i) + chr(0x3042 + i % 80) for i in range(3000)]
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as out:
    for name in src.namelist():
        data = src.read(name)
        if name == "word/document.xml":
            text = data.decode()
            paras = "".join("<w:p><w:r><w:t>" + "".join(rng.choices(words, k=120)) +
                            "</w:t></w:r></w:p>" for _ in range(3750))
            at = text.index("<w:sectPr") if "<w:sectPr" in text else text.index("</w:body>")
            data = (text[:at] + paras + text[at:]).encode()
        out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
