# SPDX-License-Identifier: Apache-2.0
# pytest under CTest. The first python3 on the PATH is often one without pytest, so each candidate is asked.
set(RDPPROBE_PYTHON "" CACHE FILEPATH "A Python that has pytest; empty: look for one")
set(PYTEST_PYTHON "")
find_program(PATH_PYTHON python3)
foreach(CANDIDATE ${RDPPROBE_PYTHON} /usr/bin/python3 ${PATH_PYTHON})
  execute_process(COMMAND ${CANDIDATE} -B -m pytest --version OUTPUT_QUIET ERROR_QUIET RESULT_VARIABLE STATUS)
  if(STATUS EQUAL 0)
    set(PYTEST_PYTHON ${CANDIDATE})
    break()
  endif()
endforeach()
if(PYTEST_PYTHON)
  message(STATUS "pytest runs with ${PYTEST_PYTHON}")
  set(PYTEST_COMMAND ${PYTEST_PYTHON} -B -m pytest -q -p no:cacheprovider --durations=5)
else()
  message(WARNING "No Python with pytest found, its tests will fail: run ci/install or set RDPPROBE_PYTHON")
  set(PYTEST_COMMAND ${CMAKE_COMMAND} -E cat no-python-with-pytest-was-found-run-ci-install)
endif()

# pytest_file(NAME FILE LABEL TIMEOUT [option...]): one CTest test that runs one file of pytest tests (or a folder)
# against this build.
function(pytest_file NAME FILE LABEL TIMEOUT)
  add_test(NAME ${NAME} COMMAND ${PYTEST_COMMAND} ${ARGN} ${FILE})
  set_tests_properties(${NAME} PROPERTIES LABELS ${LABEL} TIMEOUT ${TIMEOUT}
    ENVIRONMENT "RDPPROBE_BUILD=${CMAKE_BINARY_DIR};RDPPROBE_SOURCE=${CMAKE_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()
