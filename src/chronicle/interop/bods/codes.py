"""The lists of codes of the Beneficial Ownership Data Standard, and of what it refers to."""

from __future__ import annotations

from typing import Final

RECORD_TYPES: Final = ("entity", "person", "relationship")
RECORD_STATUSES: Final = ("new", "updated", "closed")
ENTITY_TYPES: Final = (
    "registeredEntity",
    "legalEntity",
    "arrangement",
    "anonymousEntity",
    "unknownEntity",
    "state",
    "stateBody",
)
SUBTYPES: Final = {
    "governmentDepartment": ("stateBody",),
    "stateAgency": ("stateBody",),
    "trust": ("arrangement", "legalEntity"),
    "nomination": ("arrangement",),
    "other": ENTITY_TYPES,
}
"""Each subtype of an entity, with the types that can have it."""
PERSON_TYPES: Final = ("anonymousPerson", "unknownPerson", "knownPerson")
NAME_TYPES: Final = ("legal", "translation", "transliteration", "former", "alternative", "birth")
ENTITY_ADDRESSES: Final = ("residence", "registered", "service", "alternative", "business")
PERSON_ADDRESSES: Final = ("residence", "registered", "service", "alternative")
SOURCE_TYPES: Final = ("selfDeclaration", "officialRegister", "thirdParty", "primaryResearch", "verified")
MOTIVATIONS: Final = ("commenting", "correcting", "identifying", "linking", "transformation")
PEP_STATUSES: Final = ("isPep", "isNotPep", "unknown")
SECURITY_SCHEMES: Final = ("isin", "figi", "cusip", "cins")
UNSPECIFIED: Final = (
    "noBeneficialOwners",
    "subjectUnableToConfirmOrIdentifyBeneficialOwner",
    "interestedPartyHasNotProvidedInformation",
    "subjectExemptFromDisclosure",
    "interestedPartyExemptFromDisclosure",
    "unknown",
    "informationUnknownToPublisher",
)
DIRECTNESS: Final = ("direct", "indirect", "unknown")
INTERESTS: Final = (
    "shareholding",
    "votingRights",
    "appointmentOfBoard",
    "otherInfluenceOrControl",
    "seniorManagingOfficial",
    "settlor",
    "trustee",
    "protector",
    "beneficiaryOfLegalArrangement",
    "rightsToSurplusAssetsOnDissolution",
    "rightsToProfitOrIncome",
    "rightsGrantedByContract",
    "conditionalRightsGrantedByContract",
    "controlViaCompanyRulesOrArticles",
    "controlByLegalFramework",
    "boardMember",
    "boardChair",
    "unknownInterest",
    "unpublishedInterest",
    "enjoymentAndUseOfAssets",
    "rightToProfitOrIncomeFromAssets",
    "nominee",
    "nominator",
)
OF_TRUSTS: Final = ("settlor", "trustee", "protector")
OF_NOMINATIONS: Final = ("nominee", "nominator")
PERSONAL_SCHEMES: Final = ("PASSPORT", "TAXID", "IDCARD")

_COUNTRIES = """
ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS
BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV
CRI CUB CUW CXR CYM CYP CZE D DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH EUE FIN FJI FLK FRA
FRO FSM GAB GBD GBN GBO GBP GBR GBS GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG
HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR
KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE
MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN
PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU RKS ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE
SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN
TUR TUV TWN TZA UGA UKR UMI UNA UNK UNO URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM XKX XOM XPO XXA
XXB XXC XXX YEM ZAF ZMB ZWE
"""

_REGISTERS = """
AE-ACCI AE-ADCD AE-AFZ AE-AJ-CR AE-AZ-CR AE-DCCI AE-DFSA AE-DIFC AE-DMCC AE-DU-CR AE-DU-DMCC AE-FCCI
AE-FFZ AE-FU-CR AE-HFZA AE-RAKIA AE-RK-CR AE-SAIF AE-SCCI AE-SH-CR AE-UQ-CR AE-UQCCI AF-CBR AF-MOE
AF-TIN AG-CR AL-CR AL-QKB AM-CR AM-SRALE AO-CR AR-CENOC AR-CR AR-CUIT AR-IGJ AT-CR AT-FB AT-FN AT-UID
AT-ZVR AU-ABN AU-ACNC AU-ASIC AU-CR AW-CR AZ-CR AZ-IVI BA-CR BA-JIB BB-CR BD-CR BD-NAB BD-NBR BD-ROC
BE-BCE_KBO BE-CR BE-GTCF BF-CR BF-MATD BG-CR BG-EIK BH-CR BI-CR BI-NIF BR-CNPJ CA-CC CA-CRA_ACR CH-FDJP
CH-UID CO-CCB CO-RUE CZ-ICO DE-CR DK-CVR EE-KMKR EE-RIK ES-DIR3 ES-RMC FI-PRO FR-INSEE FR-RCS GB-CHC
GB-COH GB-EDU GB-GOV GB-GOVUK GB-HESA GB-LAE GB-LANI GB-LAS GB-MPR GB-NHS GB-NIC GB-PLA GB-REV GB-SC
GB-SHPE GB-UKPRN GG-RCE GH-DSW GH-RGD HR-OIB HU-AFA ID-AHU IE-CHY IE-CRO IM-CR IM-GR IN-MCA IS-RSK IT-CF
IT-RI JE-FSC JP-JCN KE-NCB KE-RCO KG-ID KG-INN KZ-BIN LT-RC LU-RCS LV-RE MD-IDNO MX-RFC NG-CAC NG-TIN
NL-KVK NO-BRC NZ-CRO PE-RUC PK-NTN PL-KRS PL-NIP PL-REGON RO-CUI RS-APR RU-INN RU-OGRN SE-BLV SK-ORSR
SK-ZRSR TR-MERSIS UA-EDR UG-NGB UG-RSB US-DOS US-EIN US-USAGOV XI-LEI XI-PB XM-DAC ZA-CIP ZA-NPO ZA-PBO
"""

COUNTRIES: Final = frozenset(_COUNTRIES.split())
"""Issuers of identity papers: the three-letter codes of ISO 3166-1, and further codes that passports have."""
REGISTERS: Final = frozenset(_REGISTERS.split())
"""Codes of registers, most from org-id.guide. That list grows, so a code that is not here is only a doubt."""
