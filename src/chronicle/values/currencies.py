"""The codes of currencies, and which code a wrong one was probably meant to be."""

from __future__ import annotations

from typing import Final

from chronicle.errors import InvalidValue, Problem, nearest, shown

# ISO 4217: the codes in use, then those withdrawn. A history needs both, since amounts are never converted.
_CURRENT = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS
VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER
ZAR ZMW ZWG
"""
_WITHDRAWN = """
ADP AFA ALK ANG AOK AON AOR ARA ARP ARY ATS AYM AZM BAD BEC BEF BEL BGJ BGK BGL BGN BOP BRB BRC BRE BRN BRR
BUK BYB BYR CHC CSD CSJ CSK CUC CYP DDM DEM ECS ECV EEK ESA ESB ESP FIM FRF GEK GHC GHP GNE GNS GQE GRD
GWE GWP HRD HRK IEP ILP ILR ISJ ITL LAJ LSM LTL LTT LUC LUF LUL LVL LVR MGF MLF MRO MTL MTP MVQ MXP MZE MZM
NIC NLG PEH PEI PES PLZ PTE RHD ROK ROL RUR SDD SDP SIT SKK SLL SRG STD SUR TJR TMM TPE TRL UAK UGS
UGW USS UYN UYP VEB VEF VNC XEU XFO XFU XRE YDD YUD YUM YUN ZAL ZMK ZRN ZRZ ZWC ZWD ZWL ZWN ZWR
"""
CURRENCIES: Final = frozenset(f"{_CURRENT} {_WITHDRAWN}".split())
"""Every code of ISO 4217, in use or withdrawn."""


def unknown_currency(currency: object) -> InvalidValue:
    """The error (C303) for a currency that is no code of ISO 4217; its help names the nearest one."""
    likely = _likely_currency(currency.upper()) if isinstance(currency, str) else None
    help = f"did you mean {likely}?" if likely else "use the three letters of ISO 4217, such as USD, EUR, CNY"
    return InvalidValue(Problem("C303", f"unknown currency: {shown(currency)}", help=help))


def _likely_currency(code: str) -> str | None:
    """The nearest code: one with the same letters in another order, then one in use, then one withdrawn."""
    if code == "RMB":  # the common name of the yuan, which is not its code
        return "CNY"
    in_use = sorted(_CURRENT.split())
    for known in in_use:
        if sorted(known) == sorted(code):
            return known
    return nearest(code, in_use) or nearest(code, sorted(CURRENCIES))
