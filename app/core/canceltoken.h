// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

/// The one way to ask running work to stop. Copies share one state; any thread may cancel, any thread may
/// look. Work that waits in a system call registers a callback that wakes it.
class CancelToken final
{
    struct State
    {
        std::mutex mutex; // guards all below
        bool cancelled = false;
        int nextId = 0;
        std::map<int, std::function<void()>> callbacks;
    };

public:
    /// Keeps a callback registered while it lives.
    class Registration final
    {
    public:
        Registration() = default;
        Registration(std::shared_ptr<State> state, int id)
            : m_state(std::move(state))
            , m_id(id)
        {
        }
        Registration(Registration &&other) noexcept
            : m_state(std::move(other.m_state))
            , m_id(other.m_id)
        {
        }
        Registration &operator=(Registration &&) = delete;
        ~Registration()
        {
            if (!m_state)
                return;
            const std::lock_guard lock(m_state->mutex);
            m_state->callbacks.erase(m_id);
        }

    private:
        std::shared_ptr<State> m_state;
        int m_id = 0;
    };

    bool cancelled() const
    {
        const std::lock_guard lock(m_state->mutex);
        return m_state->cancelled;
    }

    /// Runs the callbacks in the calling thread, with the state locked: they must be short and not touch the
    /// token.
    void cancel() const
    {
        const std::lock_guard lock(m_state->mutex);
        if (std::exchange(m_state->cancelled, true))
            return;
        for (const auto &[id, callback] : m_state->callbacks)
            callback();
    }

    /// `callback` runs once, at once if the token is cancelled already.
    [[nodiscard]] Registration onCancel(std::function<void()> callback) const
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->cancelled)
            callback();
        const int id = m_state->nextId++;
        m_state->callbacks.emplace(id, std::move(callback));
        return {m_state, id};
    }

private:
    std::shared_ptr<State> m_state = std::make_shared<State>();
};
