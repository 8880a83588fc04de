//! Time and randomness, read here and nowhere else; every other module is handed them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Where "now" and random bits come from: the system, or fixed values in tests.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    now: fn() -> Timestamp,
    random: fn() -> u32,
}

impl Clock {
    /// The machine's clock and its random number generator.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self { now: Timestamp::now, random: system_random }
    }

    /// A clock that answers what the two functions answer.
    pub fn fixed(now: fn() -> Timestamp, random: fn() -> u32) -> Self {
        Self { now, random }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// 32 random bits.
    pub fn random(&self) -> u32 {
        (self.random)()
    }
}

fn system_random() -> u32 {
    getrandom::u32().expect("the operating system gives random numbers")
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of createdAt.
pub fn millis_text(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `YYYY-MM-DDTHH:MM:SS.ffffffZ`, the form of minTs and maxTs.
pub fn micros_text(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// `YYYYMMDDTHHMMSS`, the stamp inside ids and backup names.
pub fn stamp(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%S").to_string()
}

/// Reads an RFC 3339 moment; a time without zone, or a bare date, counts as UTC.
pub fn parse_moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil = text
        .parse::<jiff::civil::DateTime>()
        .ok()
        .or_else(|| text.parse::<jiff::civil::Date>().ok().map(|date| date.at(0, 0, 0, 0)))?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// The moment so long before another: `30d`, `2h`, `1d 12h`; a day has 24 hours. Durations that are negative are none.
pub fn ago(text: &str, now: Timestamp) -> Option<Timestamp> {
    let span = text.parse::<jiff::Span>().ok().filter(|span| !span.is_negative())?;
    let seconds = span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours())).ok()?;
    now.checked_sub(jiff::SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}
