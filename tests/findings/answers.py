"""What each experiment answers, as text with places for numbers; the numbers are filled in from what was played.

`{arm.name}` becomes how far the arm moves an outcome or a metric against the baseline: the range over what is not known
first, then the paired difference at the central values with its interval for chance. `{~arm.name}` is the same,
shorter.
"""

from __future__ import annotations

ANSWERS = {
    "realign-or-hold": """
Against holding, two years of widening move an imposed realignment by {widen.imposed_realignment}, a
modernized alliance by {~widen.modernized_alliance} and rupture by {~widen.rupture}; widening and then cutting
moves a South Korean programme by {~widen_and_cut.korean_bomb}, and war by {~widen_and_cut.war}. The
hypothesis held on average for the alliance and the programme, but it left out rupture, which widening raises
widely, and war moves by more than a point in part of the range.
""",
    "wider-role": """
Against pushing while Seoul decides, consultation and then acceptance move a modernized alliance by
{consulted.modernized_alliance} and rupture by {~consulted.rupture}, and pushing on against a refusal moves
rupture by {~refused.rupture} and imposed realignment by {~refused.imposed_realignment}. The hypothesis held
for consultation and was wrong for refusal, which mostly breaks the alliance instead of imposing on it; fear
of entrapment does not differ between the pushes by more than {~refused.final_entrapment}, and war differs by
{~refused.war} after a refusal, more than half a point even at the centre.
""",
    "collective-defence": """
With Seoul in it, a drive moves deterrence over Taiwan by {with_seoul.final_taiwan_deterrence}, fear of
abandonment by {~with_seoul.final_abandonment} and a modernized alliance by {~with_seoul.modernized_alliance};
refused by Seoul it moves rupture by {~without_seoul.rupture} and war by {~without_seoul.war}. The hypothesis
held at the centre for deterrence, fear and Chinese pressure ({~with_seoul.peak_china_pressure}), each of
which turns its sign within the range, and it was wrong that war does not move beyond chance: without Seoul it
does at the centre.
""",
    "spending-paths": """
3.5 % by 2030 instead of a flat line moves deterrence on the peninsula by
{by_2030.final_peninsular_deterrence}, war by {~by_2030.war} and rupture by {~by_2030.rupture}. The hypothesis
held: at the centre the change of war is within chance, over the range it goes both ways, by little, and of
the alliance's outcomes only imposed realignment moves, by {~by_2030.imposed_realignment}.
""",
    "coercion-or-courtship": """
Against waiting, two years of coercion move Seoul's consent at the end by {coerce.final_consent}, a modernized
alliance by {~coerce.modernized_alliance} and imposed realignment by {~coerce.imposed_realignment}; courtship
moves consent by {~court.final_consent} and Seoul's own programme by {~court.korean_bomb}. The hypothesis held
for courtship's smaller effect and for war, and was wrong on resentment: taking it away hardly changes consent
({~coerce_without_resentment.final_consent}), so over five years next to nothing comes back.
""",
    "dialogue": """
Against a world in which no talks can begin, both sides talking for a year moves the crises of five years by
{both.crises}, war by {~both.war} and fear of abandonment by {~both.final_abandonment}; Washington's
effort alone moves war by {~washington_alone.war}. The hypothesis held but for its last sentence: Washington's
effort alone does much of it, and it left out that dialogue moves Seoul's own programme by
{~both.korean_bomb}.
""",
    "two-theatres": """
A hot Strait for half a year moves the share of grave crises by {hot_strait.grave_crisis_seen}, crises in
Korea by {~hot_strait.crises} and war by {~hot_strait.war}; without room in the other theatre grave crises
move by {~hot_strait_no_room.grave_crisis_seen}, and with Pyongyang pressing as well war moves by
{~both_hot.war}. The hypothesis held at the centre for a hot Strait by itself, but grave crises reach far
above that within the range, war rises by more than a point at some points, and two theatres pressed at once
are worse than it foresaw.
""",
    "own-deterrent": """
Two years of hedging move a South Korean programme by {hedge.korean_bomb}, trust by {~hedge.final_trust} and
war by {~hedge.war}; with reassurance at the same time the programme moves by
{~hedge_and_reassure.korean_bomb} and war by {~hedge_and_reassure.war}. The hypothesis held for trust and, at
the centre, for a third of all futures; it was wrong that reassurance lowers the share by less than half,
which it does by more at the centre, and right that war does not fall: it rises.
""",
    "what-would-have-to-be-true": """
Over all that is not known, war takes {unknown:war} of futures and rupture {unknown:rupture} (nine points in
ten; 200 points of 250 episodes); not knowing the parameters explains {part:war} of the variance of war in
single episodes and {part:rupture} of that of rupture, and the rest is luck. The hypothesis held for the
spread of shares, which war carries further up than it said, and further episodes would narrow the mean only
from {half:war} to {rest:war} of a point for war.
""",
    "which-theory": """
Of 512 combinations of contested theories (200 paired episodes in each), widening raises the declared role
most in {higher:widen:final_declared_role} and rupture in {higher:widen:rupture}; it makes a modernized
alliance likelier beyond chance in {higher:widen:modernized_alliance}, which hangs most on the restraint that
coercion buys. The hypothesis held for the role; it was wrong on reassurance, which lowers fear of entrapment
in {lower:reassure:final_entrapment} and raises it in none beyond chance, and widening raises deterrence over
Taiwan in {higher:widen:final_taiwan_deterrence}, but what units in Korea are worth there was not among the
nine theories, so that part was not tested.
""",
}
