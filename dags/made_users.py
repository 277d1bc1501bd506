"""Users of two sites, made up from a seed, with the dirt that real ones have.

People are on one site or on both, where they go by nicknames, other e-mail addresses and numbers, have
moved, or are misspelt. Some are recruiters, who write much and apply for nothing. Accounts of spammers
apply for everything, those at addresses that no list has most busily. Telephone numbers and e-mail
domains are of those kept for fiction and examples: nobody here is real.
"""

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
from made_addresses import homes, shared, spammers

SEED, PEOPLE = 36, 7_200
SITES = ("jobboard", "network")

NICKNAMES = dict(
    pair.split(":")
    for pair in (
        "Abby:Abigail Alex:Alexander Andy:Andrew Ben:Benjamin Beth:Elizabeth Bill:William Bob:Robert Cathy:Catherine "
        "Chris:Christopher Dan:Daniel Ed:Edward Fred:Frederick Jenny:Jennifer Jim:James Kim:Kimberly Maggie:Margaret "
        "Matt:Matthew Mike:Michael Nick:Nicholas Pam:Pamela Patty:Patricia Ron:Ronald Sam:Samuel Steve:Stephen "
        "Sue:Susan Tess:Theresa Tim:Timothy Tom:Thomas Vicky:Victoria Will:William"
    ).split()
)
_SHORT = {name: nickname for nickname, name in NICKNAMES.items()}
_GIVEN = sorted({*_SHORT, "Alice", "Carol", "Clara", "Emma", "Grace", "Hugh", "Laura", "Mark", "Oscar", "Paul"})
_STARTS = "Ash Brad Carl Clif Den East Har Ken Lang Mar Nor Pres Rad Stan Wal".split()
_ENDS = "bury by cott den field ford ham land ley more ridge ton well wick worth".split()
_STREETS = ("Bridge Road", "Church Street", "Hill Road", "King Street", "Mill Lane", "Park Avenue", "Station Road")
_TOWNS = ("Barrow", "Eastgate", "Ferrydale", "Longmead", "Milton", "Northam", "Redbrook", "Stonely", "Westerby")
_WHO = ["given_name", "surname", "email", "phone", "born", "street", "town"]
_DONE = ["visits", "searches", "adverts", "messages", "profile_days", "years_in_post", "applied"]


def jobboard_users() -> pd.DataFrame:
    """Give the accounts on the job board, known by `user_id`."""
    return _accounts()["jobboard"].drop(columns="who")


def network_users() -> pd.DataFrame:
    """Give the accounts on the professional network, known by `user_id`."""
    return _accounts()["network"].drop(columns="who")


def who_is_who() -> pd.Series:
    """Tell by `user_id` whose account it is, as a number; only the maker of the data can know."""
    return pd.concat([accounts.set_index("user_id")["who"] for accounts in _accounts().values()])


@functools.cache
def _accounts() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(SEED)
    people, bots = _people(rng), _bots(rng)
    where = rng.choice([*SITES, "both"], PEOPLE, p=[0.4, 0.35, 0.25])
    on_site = {site: _as_known(people[np.isin(where, [site, "both"])], rng) for site in SITES}
    return {
        site: _numbered(pd.concat([known, bots[bots["site"] == site]]), site, rng) for site, known in on_site.items()
    }


def _people(rng: np.random.Generator) -> pd.DataFrame:
    """Make people, some of them looking for a job, and what each does on any site."""
    recruiter, is_shared = rng.random(PEOPLE) < 0.03, rng.random(PEOPLE) < 0.15
    looking = (rng.random(PEOPLE) < np.where(is_shared, 0.55, 0.3)) & ~recruiter
    people = _identities(PEOPLE, rng).assign(who=range(PEOPLE), home=homes()[:PEOPLE])
    return people.assign(
        ip=people["home"].mask(is_shared, rng.choice(shared(), PEOPLE)),
        visits=rng.poisson(6 + 6 * looking),
        searches=rng.poisson(1.5 + 4 * looking),
        adverts=rng.poisson(1 + 2.5 * looking + 18 * recruiter),
        messages=rng.poisson(2 + 1.5 * looking + 30 * recruiter),
        profile_days=rng.exponential(200 - 120 * looking - 60 * recruiter),
        years_in_post=rng.gamma(2, 2.5 - 1.0 * looking),
        applied=(rng.random(PEOPLE) < np.where(looking, 0.8, 0.06)) & ~recruiter,
    )


def _bots(rng: np.random.Generator) -> pd.DataFrame:
    """Make the accounts of spammers: many at each address that is on no list, few at the others."""
    addresses = [address for address, is_listed in spammers().items() for _ in range(2 if is_listed else 10)]
    n = len(addresses)
    throwaway = [f"box{number}@mail.example" for number in rng.permutation(10**6)[:n]]
    return _identities(n, rng).assign(
        who=range(PEOPLE, PEOPLE + n), site=rng.choice(SITES, n), ip=addresses, email=throwaway,
        phone=None, born=pd.NaT, street=None, town=None,
        visits=rng.poisson(5, n), searches=rng.poisson(1, n), adverts=rng.poisson(20, n), messages=rng.poisson(32, n),
        profile_days=rng.exponential(120, n), years_in_post=rng.gamma(2, 2.5, n), applied=rng.random(n) < 0.95,
    )


def _identities(n: int, rng: np.random.Generator) -> pd.DataFrame:
    given, surname = rng.choice(_GIVEN, n), _pairs(_STARTS, _ENDS, n, rng)
    numbers = rng.permutation(80_000)[:n]
    return pd.DataFrame(
        {
            "given_name": given,
            "surname": surname,
            "email": [f"{a}.{b}{c}@example.com".lower() for a, b, c in zip(given, surname, rng.integers(1, 100, n))],
            "phone": [f"({200 + number // 100}) 555-01{number % 100:02}" for number in numbers],
            "born": pd.Timestamp("1957-01-01") + pd.to_timedelta(rng.integers(0, 17_500, n), unit="D"),
            "street": _pairs([f"{number} " for number in range(1, 200)], _STREETS, n, rng),
            "town": rng.choice(_TOWNS, n),
        }
    )


def _pairs(firsts: list[str], lasts: list[str] | tuple[str, ...], n: int, rng: np.random.Generator) -> list[str]:
    return [first + last for first, last in zip(rng.choice(firsts, n), rng.choice(lasts, n), strict=True)]


def _as_known(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give what one site knows of people: a part of what they do; old, misspelt, with gaps."""
    n, users = len(people), people.copy()
    other = _identities(n, rng).set_index(people.index)
    moved = rng.random(n) < 0.12
    for column in ("street", "town"):
        users[column] = users[column].mask(moved, other[column])
    users["phone"] = users["phone"].mask(rng.random(n) < 0.08, other["phone"])
    users["email"] = users["email"].mask(rng.random(n) < 0.25, "work-" + users["email"])
    users["ip"] = users["ip"].mask(rng.random(n) < 0.1, users["home"])
    users["given_name"] = _some(users["given_name"], 0.3, lambda name: _SHORT.get(name, name), rng)
    for column, share in (("given_name", 0.02), ("surname", 0.04), ("email", 0.01), ("street", 0.04)):
        users[column] = _some(users[column], share, functools.partial(_misspelt, rng=rng), rng)
    for column, share in (("email", 0.03), ("phone", 0.25), ("born", 0.08), ("street", 0.1)):
        users[column] = users[column].mask(rng.random(n) < share)
    for column in ("visits", "searches", "adverts", "messages"):
        users[column] = rng.binomial(users[column], rng.uniform(0.6, 1, n))
    return users.assign(applied=users["applied"] & (rng.random(n) < 0.9))


def _some(column: pd.Series, share: float, change: Callable[[str], str], rng: np.random.Generator) -> pd.Series:
    chosen = rng.random(len(column)) < share
    return column.mask(chosen, column[chosen].map(change))


def _misspelt(text: str, rng: np.random.Generator) -> str:
    """Swap two neighbouring letters, or leave one out; of an e-mail address not in its domain."""
    place = int(rng.integers(len(text.partition("@")[0]) - 1))
    return text[:place] + text[place + 1] + (text[place] if rng.random() < 0.5 else "") + text[place + 2 :]


def _numbered(users: pd.DataFrame, site: str, rng: np.random.Generator) -> pd.DataFrame:
    """Give each account of a site a number for good, in no order that tells anything."""
    users = users.sample(frac=1, random_state=rng).reset_index(drop=True)
    numbers = [f"{site[0].upper()}{10_000 + number}" for number in range(len(users))]
    users = users.assign(user_id=numbers, site=site, applied=users["applied"].astype("int64"))
    users = users.round({"profile_days": 0, "years_in_post": 1})
    return users[["user_id", "site", *_WHO, "ip", *_DONE, "who"]]
