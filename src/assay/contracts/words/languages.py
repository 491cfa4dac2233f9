"""Languages: the names by which people call a language, under its code (ISO 639-1)."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "ar": ("Arabic", "العربية"), "bg": ("Bulgarian", "български"), "bn": ("Bengali", "বাংলা"),
    "cs": ("Czech", "čeština"), "cy": ("Welsh", "Cymraeg"), "da": ("Danish", "dansk"),
    "de": ("German", "Deutsch"), "el": ("Greek", "ελληνικά"), "en": ("English",),
    "es": ("Spanish", "español"), "et": ("Estonian", "eesti"), "fa": ("Persian", "Farsi", "فارسی"),
    "fi": ("Finnish", "suomi"), "fr": ("French", "français"), "ga": ("Irish", "Gaeilge"),
    "he": ("Hebrew", "עברית"), "hi": ("Hindi", "हिन्दी"), "hr": ("Croatian", "hrvatski"),
    "hu": ("Hungarian", "magyar"), "id": ("Indonesian",), "it": ("Italian", "italiano"),
    "ja": ("Japanese", "日本語"), "ko": ("Korean", "한국어"), "lt": ("Lithuanian", "lietuvių"),
    "lv": ("Latvian", "latviešu"), "ms": ("Malay",), "nl": ("Dutch", "Nederlands"),
    "no": ("Norwegian", "norsk"), "pl": ("Polish", "polski"), "pt": ("Portuguese", "português"),
    "ro": ("Romanian", "română"), "ru": ("Russian", "русский"), "sk": ("Slovak", "slovenčina"),
    "sl": ("Slovene", "Slovenian", "slovenščina"), "sr": ("Serbian", "српски"),
    "sv": ("Swedish", "svenska"), "sw": ("Swahili", "Kiswahili"), "ta": ("Tamil", "தமிழ்"),
    "th": ("Thai", "ไทย"), "tr": ("Turkish", "Türkçe"), "uk": ("Ukrainian", "українська"),
    "ur": ("Urdu", "اردو"), "vi": ("Vietnamese",), "zh": ("Chinese", "Mandarin", "中文"),
}  # fmt: skip
"""Code -> names in English and in the language itself; codes that are absent match by themselves."""
